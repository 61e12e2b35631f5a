import ETF
import PeerNet
import Sodium

/// A call that is asked for until it is answered, over as many connections as that takes, and runs at most once.
struct OnceAttempts {
  let node: PeerNode
  let peer: PublicKey
  let name: Atom
  let arguments: Term
  let key: OnceKey
  /// For all of it.
  let limit: Duration
  /// Whether a peer without a journal is called directly.
  var fallsBack = true
  /// Called when a connection ended before the answer.
  var onLoss: @Sendable () -> Void = {}

  func run() async throws -> OnceAnswer {
    let deadline = ContinuousClock.now + limit
    /// Of the last request that the peer may have taken on.
    var unanswered: PeerNetError?
    while true {
      let rest = ContinuousClock.now.duration(to: deadline)
      guard rest > .zero else { throw unanswered ?? .timedOut }
      do {
        try await node.connect(to: peer, timeout: rest)
        if let answer = try await ask(within: rest) { return OnceAnswer(journaled: answer) }
        break
      } catch let error as PeerNetError {
        guard Self.mayPass(error, isFirst: unanswered == nil) else { throw Self.refusal(error) ?? error }
        if error.mayHaveBeenDone { unanswered = error }
        if case .outcomeUnknown = error { onLoss() }
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    // Without a journal nothing may be asked twice.
    if let unanswered { throw unanswered }
    guard fallsBack else { throw PeerNetError.remote(.binary(utf8: "no_journal: it keeps no journal")) }
    return OnceAnswer(
      plain: try await node.call(peer, name, arguments, timeout: ContinuousClock.now.duration(to: deadline)))
  }

  /// The answer of a peer's journal; nil when it keeps none, and so ran nothing.
  private func ask(within rest: Duration) async throws -> Term? {
    // A BEAM peer would drop the connection over a name that it does not know.
    guard await node.status(of: peer)?.wire == .two else { return nil }
    do {
      return try await node.call(
        peer, "agent.once", .tuple([.binary(key.bytes), .atom(name), arguments]), timeout: rest)
    } catch let error as PeerNetError where error.code == "no_such_handle" || error.code == "no_journal" {
      return nil
    }
  }

  /// Whether it is worth asking again.
  private static func mayPass(_ error: PeerNetError, isFirst: Bool) -> Bool {
    switch error {
    // Said instead of taking the call on. A side that is just going down or coming up may look like one that does not
    // trust this key any more.
    case .outcomeUnknown(.peerSaid(.untrusted)), .outcomeUnknown(.peerSaid(.busy)), .notSent(.peerSaid(.untrusted)),
      .notSent(.peerSaid(.busy)):
      !isFirst
    case .unreachable(.wrongPeer): false
    case .unreachable: !isFirst
    case .timedOut, .outcomeUnknown, .notConnected, .notSent: true
    case .remote, .untrustedPeer, .ownKey, .tooLarge, .busy, .stopped, .transport, .interrupted, .keyReused: false
    }
  }

  private static func refusal(_ error: PeerNetError) -> PeerNetError? {
    switch error.code {
    case "unknown": .interrupted(error.message ?? "")
    case "mismatch": .keyReused
    default: nil
    }
  }
}

extension PeerNetError {
  /// Whether the peer may have taken the call on.
  fileprivate var mayHaveBeenDone: Bool {
    switch self {
    case .outcomeUnknown(.peerSaid(.untrusted)), .outcomeUnknown(.peerSaid(.busy)): false
    case .timedOut, .outcomeUnknown: true
    case .remote, .notConnected, .notSent, .unreachable, .untrustedPeer, .ownKey, .tooLarge, .busy, .stopped,
      .transport,
      .interrupted, .keyReused:
      false
    }
  }
}
