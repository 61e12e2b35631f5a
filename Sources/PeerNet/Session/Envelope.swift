import ETF

/// What travels after the handshake (Protocol, Envelopes).
public enum Envelope: Hashable, Sendable {
  case call(id: UInt64, name: Atom, arguments: Term)
  case reply(id: UInt64, Reply)
  case send(name: Atom, arguments: Term)
  case ping(nonce: [UInt8])
  case pong(nonce: [UInt8])
  /// PeerNet/2 only: the last envelope before a close.
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
  case ok(Term)
  case error(Term)

  /// `{error, Reason}` with a reason of ours: a binary `code: text`.
  public static func failure(_ reason: String) -> Reply { .error(.binary(utf8: reason)) }
}

/// Why a peer of ours closes (Protocol, Bye). Unknown reasons of later versions are kept apart from none at all.
public enum ByeReason: Hashable, Sendable {
  case untrusted, busy, superseded, unpaired, stopping, unknown

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
