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

extension Envelope {
  private static let callTag: Atom = "call"
  private static let replyTag: Atom = "reply"
  private static let sendTag: Atom = "send"
  private static let pingTag: Atom = "ping"
  private static let pongTag: Atom = "pong"
  private static let byeTag: Atom = "bye"
  fileprivate static let okTag: Atom = "ok"
  fileprivate static let errorTag: Atom = "error"

  /// The envelope as a tagged tuple.
  public var term: Term {
    switch self {
    case .call(let id, let name, let arguments):
      .tuple([.atom(Self.callTag), .unsigned(id), .atom(name), arguments])
    case .reply(let id, .ok(let value)):
      .tuple([.atom(Self.replyTag), .unsigned(id), .tuple([.atom(Self.okTag), value])])
    case .reply(let id, .error(let reason)):
      .tuple([.atom(Self.replyTag), .unsigned(id), .tuple([.atom(Self.errorTag), reason])])
    case .send(let name, let arguments): .tuple([.atom(Self.sendTag), .atom(name), arguments])
    case .ping(let nonce): .tuple([.atom(Self.pingTag), .binary(nonce)])
    case .pong(let nonce): .tuple([.atom(Self.pongTag), .binary(nonce)])
    case .bye(let reason): .tuple([.atom(Self.byeTag), .binary(utf8: reason.text)])
    }
  }

  /// Reads one envelope. Any other shape is nil, and closes the connection.
  public init?(_ term: Term, wire: Wire) {
    guard case .tuple(let elements) = term, let tag = elements.first?.atomBytes else { return nil }
    switch (tag.count, elements.count) {
    case (4, 4) where tag == Self.callTag.bytes:
      guard let id = elements[1].uint64, id != 0, case .atom(let name) = elements[2] else { return nil }
      self = .call(id: id, name: name, arguments: elements[3])
    case (5, 3) where tag == Self.replyTag.bytes:
      guard let id = elements[1].uint64, id != 0, let reply = Reply(elements[2]) else { return nil }
      self = .reply(id: id, reply)
    case (4, 3) where tag == Self.sendTag.bytes:
      guard case .atom(let name) = elements[1] else { return nil }
      self = .send(name: name, arguments: elements[2])
    case (4, 2):
      guard case .binary(let nonce) = elements[1], nonce.count <= WireFormat.maximumNonce else { return nil }
      if tag == Self.pingTag.bytes {
        self = .ping(nonce: nonce)
      } else if tag == Self.pongTag.bytes {
        self = .pong(nonce: nonce)
      } else {
        return nil
      }
    case (3, 2) where tag == Self.byeTag.bytes && wire == .two:
      guard case .binary(let reason) = elements[1] else { return nil }
      self = .bye(ByeReason(reason))
    default: return nil
    }
  }
}

extension Reply {
  fileprivate init?(_ term: Term) {
    guard case .tuple(let pair) = term, pair.count == 2, let tag = pair[0].atomBytes else { return nil }
    if tag == Envelope.okTag.bytes {
      self = .ok(pair[1])
    } else if tag == Envelope.errorTag.bytes {
      self = .error(pair[1])
    } else {
      return nil
    }
  }
}
