import ETF

/// What travels after the handshake (Protocol, Envelopes).
public enum Envelope: Hashable, Sendable {
  /// A request to be answered under its `id`.
  case call(id: UInt64, name: Atom, arguments: Term)
  /// The answer to the call of that `id`.
  case reply(id: UInt64, Reply)
  /// A request without an answer.
  case send(name: Atom, arguments: Term)
  /// To be echoed at once (Protocol, Heartbeat).
  case ping(nonce: [UInt8])
  /// The echo of a ping.
  case pong(nonce: [UInt8])
  /// PeerNet/2 only: why this connection ends.
  case bye(ByeReason)

  /// Whether it may stand between the chunks of another envelope and overtakes queued ones.
  var isControl: Bool {
    switch self {
    case .ping, .pong, .bye: true
    case .call, .reply, .send: false
    }
  }
}

/// The answer to a call.
public enum Reply: Hashable, Sendable {
  /// The procedure's result.
  case ok(Term)
  /// The procedure failed, or was never begun; the reason.
  case error(Term)

  /// `{error, Reason}` with a reason of ours: a binary `code: text`.
  public static func failure(_ reason: String) -> Reply { .error(.binary(utf8: reason)) }
}

/// Why a peer of ours closes (Protocol, Bye). Unknown reasons of later versions are kept apart from none at all.
public enum ByeReason: Hashable, Sendable {
  /// The key is not in the trust list.
  case untrusted
  /// A bound on connections is reached.
  case busy
  /// Another connection to the same key took its place.
  case superseded
  /// The key was taken out of the trust list.
  case unpaired
  /// The node stops.
  case stopping
  /// Another reason, which a later version may say.
  case unknown

  /// As in the envelope: the binary's bytes.
  public var text: String {
    switch self {
    case .untrusted: "untrusted"
    case .busy: "busy"
    case .superseded: "superseded"
    case .unpaired: "unpaired"
    case .stopping: "stopping"
    case .unknown: "unknown"
    }
  }

  init(_ bytes: [UInt8]) {
    let known: [ByeReason] = [.untrusted, .busy, .superseded, .unpaired, .stopping]
    self = known.first { bytes.elementsEqual($0.text.utf8) } ?? .unknown
  }
}
