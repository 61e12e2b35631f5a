import Sodium

extension TrustList {
  /// Takes a peer in. Of one that is in the list already only what is named changes.
  ///
  /// - Parameters:
  ///   - grants: nil leaves them; a new peer has none then.
  ///   - wire: nil leaves the operator's word as it is.
  /// - Throws: when the label is another's or cannot stand in the list; nothing has changed then.
  public mutating func pair(_ key: PublicKey, label: [UInt8], grants: Grants?, wire: Wire?) throws(TrustListError) {
    guard let present = entry(for: key) else {
      return try add(TrustEntry(key: key, label: label, grants: grants ?? .none, wire: wire))
    }
    var changed = self
    if present.label != label { try changed.setLabel(label, for: key) }
    if let grants, present.grants != grants { try changed.setGrants(grants, for: key) }
    if let wire, present.wire != wire { try changed.setWire(wire, for: key) }
    self = changed
  }
}
