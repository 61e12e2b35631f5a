import ETF
import PeerNet

/// The authenticated peer that a plan is carried out for.
public struct Caller: Equatable, Sendable {
  /// What the operator calls it.
  public let label: [UInt8]
  /// 52 characters.
  public let key: [UInt8]
  /// 16 hex digits.
  public let fingerprint: [UInt8]
  /// What the peer's line of the trust list allows.
  public let grants: Grants
  /// What the connection that it calls by speaks.
  public let wire: Wire
  /// The connection over which it waits for the outcome. Once that has ended, a plan that only waits for the work of another
  /// caller fails. Nil for a call under a once-key, whose outcome is recorded even without a connection.
  public let connection: ConnectionID?

  /// For callers that stand in no trust list, such as a test's.
  public init(
    label: [UInt8], key: [UInt8], fingerprint: [UInt8], grants: Grants, wire: Wire, connection: ConnectionID? = nil
  ) {
    self.label = label
    self.key = key
    self.fingerprint = fingerprint
    self.grants = grants
    self.wire = wire
    self.connection = connection
  }

  /// The caller that a line of the trust list names.
  public init(_ entry: TrustEntry, wire: Wire) {
    self.init(
      label: entry.label, key: entry.key.text, fingerprint: entry.key.fingerprint, grants: entry.grants, wire: wire)
  }

  /// The answer of `agent.whoami`:
  ///
  /// | key | value |
  /// |---|---|
  /// | `label` | what this board's operator calls the caller |
  /// | `key` | the caller's key, 52 characters |
  /// | `fingerprint` | its fingerprint, 16 hex digits |
  /// | `wire` | 1 or 2: the wire that this connection speaks |
  /// | `grants` | what the trust list allows, a list of binaries as they stand behind `allow=` |
  /// | `procedures` | the names of the procedures that may be called, some of them with some arguments only; sorted |
  public var whoAmI: Term {
    var answer = Answer()
    answer.put("label", label)
    answer.put("key", key)
    answer.put("fingerprint", fingerprint)
    answer.put("wire", Int64(wire.rawValue))
    answer.put("grants", .list(grants.text.split(separator: 0x2c).map { .binary([UInt8]($0)) }))
    let open = Procedure.allCases.filter { $0.permission(of: grants) != .none }
    answer.put("procedures", .list(open.map { .binary([UInt8]($0.name)) }))
    return answer.term
  }
}
