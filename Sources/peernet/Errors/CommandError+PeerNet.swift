import Admin
import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

extension CommandError {
  init(_ error: HomeFolderError) {
    let what = error.path.map { "cannot use \(Printable.text($0))" } ?? "no home folder"
    switch error {
    case .nowhere:
      self.init(.configuration, what, because: error.reason, next: "name one with --home or $PEERNET_HOME")
    case .folder, .file:
      self.init(.configuration, what, because: error.reason, next: "mend it, or name another folder with --home")
    case .identity:
      self.init(.data, what, because: error.reason, next: "restore the file, or move it away to get a new identity")
    case .trust:
      self.init(.data, what, because: error.reason, next: "mend that line; nothing was changed")
    case .memory:
      self.init(.data, what, because: error.reason, next: "move the file away; it is only a memory of addresses")
    }
  }
}

/// What was attempted with which peer, as whom: what a failure's text needs.
struct Attempt {
  let peer: TrustEntry
  let ourKey: PublicKey
  /// The handle called; nil while connecting.
  var handle: String?
  /// The arguments of the call.
  var arguments: Term = .map([])
  /// Whether commands can be typed on the board; nil when that is not known.
  var hasLogin: Bool?

  var label: String { Printable.text(peer.label) }

  private var what: String { handle.map { "\($0) on \(label) failed" } ?? "cannot reach \(label)" }

  private func failure(_ status: ExitStatus, _ why: String, _ next: String) -> CommandError {
    CommandError(status, what, because: why, next: next)
  }

  private var pairHint: String { BoardHint.pair(ourKey) }

  private var pairAgain: String {
    "if it should be: \(Hint.command("pair", peer.key.description, Hint.word(label)))"
  }

  /// The failure of a call whose answer does not have the expected shape.
  func failure(badAnswer fault: String) -> CommandError {
    let changes = Procedure(name: (handle ?? "").utf8)?.descriptor.changesBoard ?? false
    return failure(
      .badAnswer, "it answered \(fault)",
      changes
        ? "it may have been done; look at its state before you repeat it"
        : "see all of it: \(Hint.command("call", peer.word, Hint.word(handle ?? Procedure.systemInfo.handle)))")
  }

  func failure(_ error: any Error) -> CommandError {
    switch error {
    case let failure as CommandError: failure
    case let error as PeerNetError: failure(error)
    case let error as HomeFolderError: CommandError(error)
    default: failure(.internal, "\(error)", "report this")
    }
  }

  func failure(_ error: PeerNetError) -> CommandError {
    switch error {
    case .untrustedPeer: failure(.unknownPeer, "it is not in the trust list any more", pairAgain)
    case .ownKey: failure(.data, "that is this computer's own key", "give the other side's key")
    case .notConnected: failure(.unreachable, "the connection is gone, nothing was sent", "try again")
    case .unreachable(nil):
      failure(.unreachable, "no address answered in time", "check that it runs, or name its address with --at")
    case .unreachable(.some(let reason)): failure(reason)
    case .remote(let reason): failure(remote: reason)
    case .timedOut:
      failure(
        .timedOut, "no answer came in time; it may have been done", "look at its state, or allow a longer --timeout")
    // Said instead of taking the call on.
    case .outcomeUnknown(.peerSaid(.untrusted)), .notSent(.peerSaid(.untrusted)): failure(.peerSaid(.untrusted))
    case .outcomeUnknown(.peerSaid(.busy)), .notSent(.peerSaid(.busy)): failure(.peerSaid(.busy))
    case .notSent(let reason):
      failure(.unreachable, "the connection ended before the call was sent (\(reason.text))", "try again")
    case .outcomeUnknown(let reason):
      failure(
        .outcomeUnknown, "the connection ended before the answer (\(reason.text))",
        "look at its state before you repeat it")
    case .interrupted(let why):
      failure(
        .interrupted, "it was begun, and what came of it is not known (\(Printable.text(why)))",
        "look at its state before you repeat it")
    case .keyReused: failure(.data, "the key was used for another call", "leave out --once-key for a new one")
    case .tooLarge: failure(.data, "the argument exceeds 1 MiB encoded", "send less at once")
    case .busy: failure(.busy, "too much is under way on the connection", "try again later")
    case .stopped: failure(.internal, "the node was stopped", "try again")
    case .transport(let text): failure(.internal, text, "check the system's limits and network")
    }
  }

  private func failure(_ reason: CloseReason) -> CommandError {
    switch reason {
    case .peerSaid(.untrusted), .peerSaid(.unpaired): failure(.untrusted, "it does not trust this key", pairHint)
    case .closedBeforeConfirmed:
      failure(
        .untrusted, "it closed without an answer, as a board does that does not trust a key", pairHint)
    case .wrongPeer(let key):
      failure(
        .wrongPeer, "another key answered there, \(key.fingerprintText)",
        "check the address; if the board has a new key, unpair and pair it again")
    case .peerSaid(.busy), .busy: failure(.busy, "it has no room for another connection", "try again later")
    case .unpaired, .untrusted: failure(.unknownPeer, "it is not in the trust list any more", pairAgain)
    case .refused, .unreachable, .dialTimedOut, .handshakeTimedOut, .closedByPeer, .broken, .pathLost, .silent,
      .session,
      .peerSaid(.superseded), .peerSaid(.stopping), .peerSaid(.unknown), .peerStalled, .overBudget, .outdatedWire,
      .superseded,
      .evicted, .stopping, .disconnectRequested:
      failure(.unreachable, reason.text, "check that it runs, or name its address with --at")
    }
  }

  private func failure(remote reason: Term) -> CommandError {
    if let atom = reason.atomBytes {
      switch String(decoding: atom, as: UTF8.self) {
      case "forbidden":
        return failure(
          .forbidden, "this key may not call it", BoardHint.allow(handle ?? "", arguments, ourKey, hasLogin: hasLogin))
      case "no_such_handle":
        return failure(
          .refused, "it has no such handle", "see what it is: \(Hint.command("status", peer.word))")
      case "handler_crash": return failure(.refused, "its handler crashed", "look at its log")
      default: break
      }
    }
    guard let text = reason.binaryBytes else {
      return failure(.refused, "it answered \(reason.text(limits: .init(depth: 8, length: 512)))", "look at its log")
    }
    let why = Printable.text(Array(text.prefix(1_024)))
    switch String(decoding: text.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self) {
    case "busy": return failure(.busy, why, "try again later")
    case "bad_argument": return failure(.data, why, "correct the argument")
    default:
      // The reason may be a mistyped line, so the hint lists the lines that exist.
      let see =
        handle?.hasPrefix("gpio.") == true
        ? "see its lines: \(Hint.command("gpio", "list", peer.word))"
        : "see its state: \(Hint.command("status", peer.word))"
      return failure(.refused, why, see)
    }
  }
}

extension CloseReason {
  /// For people, after "because". Where the system knows more than we do, in its words.
  var text: String {
    if case .pathLost = self { return "\(sentence)" }
    return errno.map { Console.text(errno: $0) } ?? "\(sentence)"
  }
}
