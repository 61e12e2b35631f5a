import Sodium

/// One line of the trust list: a peer, the name its operator gave it, and what it may call.
public struct TrustEntry: Hashable, Sendable {
  /// The peer's key; no other line of the list has it.
  public let key: PublicKey
  /// UTF-8 without control characters, decoded; unique in its list.
  public let label: [UInt8]
  /// The `allow=` field; none when it is missing.
  public let grants: Grants
  /// The operator's word on which wire this peer speaks; nil leaves it to authenticated evidence.
  public let wire: Wire?
  /// Fields that this release does not know, as they stand: `name=value`.
  public let other: [[UInt8]]

  /// The label is taken as it is: a list that it is added to checks it.
  public init(key: PublicKey, label: [UInt8], grants: Grants = .none, wire: Wire? = nil, other: [[UInt8]] = []) {
    self.key = key
    self.label = label
    self.grants = grants
    self.wire = wire
    self.other = other
  }

  /// The line, without its end.
  var line: [UInt8] {
    var line = key.text
    line.append(Ascii.space)
    Percent.encode(label, into: &line)
    if !grants.isEmpty {
      line += " allow="
      line.append(contentsOf: grants.text)
    }
    if let wire {
      line += " wire="
      line.append(decimal: wire.rawValue)
    }
    for field in other {
      line.append(Ascii.space)
      line.append(contentsOf: field)
    }
    return line
  }
}
