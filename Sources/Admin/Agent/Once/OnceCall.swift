import ETF
import PeerNet
import Sodium

/// What `agent.once` is asked for: a procedure, and the key under which it runs at most once (Protocol, Once-only calls).
public struct OnceCall: Equatable, Sendable {
  /// 16 bytes of the caller's choice.
  public let key: [UInt8]
  /// What shall run.
  public let procedure: Procedure
  /// In the form of a handle.
  public let arguments: Term
  /// The first 16 bytes of a SHA-256 of name and arguments: the key stands for this call and no other.
  public let binding: [UInt8]

  /// Bytes of a key, and of a binding.
  public static var keyByteCount: Int { 16 }

  /// Reads `{Key, Name, Args}`, or through `beam_admin` the same as a list.
  public init(_ term: Term) throws(Refusal) {
    guard let elements = term.elements ?? term.listElements, elements.count == 3,
      let key = elements[0].binaryBytes, key.count == Self.keyByteCount,
      let name = elements[1].atomBytes ?? elements[1].binaryBytes
    else { throw .once(.malformed) }
    guard let procedure = Procedure(name: name), !procedure.descriptor.runsAnother else { throw .unknownProcedure }
    self.key = key
    self.procedure = procedure
    arguments = elements[2]
    // A name holds no zero byte, so that the two cannot run into each other.
    var bound = name
    bound.append(0)
    arguments.encode(into: &bound)
    binding = [UInt8](SHA256.hash(bound).bytes[..<Self.keyByteCount])
  }

  /// The procedure that a request names, even if the rest of the request is wrong.
  public static func procedure(in term: Term) -> Procedure? {
    guard let elements = term.elements ?? term.listElements, elements.count == 3 else { return nil }
    return (elements[1].atomBytes ?? elements[1].binaryBytes).flatMap { Procedure(name: $0) }
  }

  /// The plan, as far as a peer with these grants may have it carried out.
  public func admit(_ grants: Grants) throws(Refusal) -> Plan {
    let plan = try Plan.admit(procedure, .handle(arguments), procedure.permission(of: grants))
    guard procedure.descriptor.changesBoard else { throw .once(.changesNothing) }
    return plan
  }
}

/// Why `agent.once` ran nothing.
public enum OnceRefusal: Error, Equatable, Sendable {
  /// Not `{Key, Name, Args}` with a key of 16 bytes.
  case malformed
  /// What only looks needs no key.
  case changesNothing
  /// The key stands for another call.
  case mismatch
  /// All that is kept for this caller is still needed.
  case quota
  /// The journal takes nothing, and without it nothing runs.
  case noJournal
  /// Records of the journal were lost, and this key may be among them.
  case damaged
  /// The caller has as many calls waiting for the disk as it may have.
  case hurried
  /// It was begun, and the agent or the board ended before it was through.
  case unknown(hasRestarted: Bool)
  /// The caller asks for the same more often than there is room to wait.
  case crowded

  /// The reason in `{error, Reason}`: `code: text`.
  public var reason: StaticString {
    switch self {
    case .malformed: "bad_argument: agent.once takes {Key, Name, Args} with a key of 16 bytes"
    case .changesNothing: "bad_argument: that changes nothing; call it directly"
    case .mismatch: "mismatch: the key was used for another call"
    case .quota: "busy: too many of your calls have no outcome yet"
    case .noJournal: "no_journal: the journal cannot be written, so nothing was done; call it directly"
    case .damaged: "no_journal: the journal was damaged and takes no new key for an hour; call it directly"
    case .hurried: "busy: too many of your calls wait for the disk"
    case .unknown(true): "unknown: the board started anew before it was through"
    case .unknown: "unknown: the agent ended before it was through"
    case .crowded: "busy: asked again too often"
    }
  }
}
