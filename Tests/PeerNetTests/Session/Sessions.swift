import ETF
import Noise
import Sodium
import Testing
import Vectors

@testable import PeerNet

/// Two sessions without a node between them: what one has to write goes to the other when a test says so.
final class SessionFixture {
  let session: Session
  let identity: KeyPair
  let hello = Hello(instance: [UInt8](repeating: 7, count: 16))
  var random = RandomStream(seed: [UInt8](repeating: 1, count: 32))
  var now = Instant(nanoseconds: 1_000)

  init(
    _ role: Session.Role, wire: Wire = .one, identity: consuming KeyPair, ephemeral: consuming KeyPair? = nil,
    atoms: EncodingOptions.AtomEncoding = .latin1, limits: Limits = Limits()
  ) {
    self.identity = identity
    session = Session(
      role: role, endpoint: Endpoint(ipv4: 0x7f00_0001, port: 1), wire: wire, limits: limits, ephemeral: ephemeral,
      encoding: EncodingOptions(atoms: atoms))
    if role == .initiator { session.connected(now: now, random: &random) }
  }

  /// What it writes, taken by the transport at once.
  func output() throws(SessionError) -> [UInt8] {
    guard let bytes = session.takeOutput() else { return [] }
    try session.drained()
    return bytes
  }

  func receive(_ bytes: [UInt8]) throws(SessionError) -> Session.Input? {
    bytes.withUnsafeBytes { session.receive($0) }
    return try session.next(hello: hello, staticKey: identity, now: now, random: &random)
  }

  func next() throws(SessionError) -> Session.Input? { try receive([]) }

  func admit() throws(SessionError) {
    try session.admit(hello: hello, staticKey: identity, now: now, random: &random)
  }

  /// All envelopes that `bytes` hold.
  func envelopes(_ bytes: [UInt8]) throws(SessionError) -> [Envelope] {
    var envelopes: [Envelope] = []
    var input = try receive(bytes)
    while case .envelope(let incoming) = input {
      envelopes.append(incoming.envelope)
      input = try next()
    }
    return envelopes
  }
}

extension Session.Input {
  var key: PublicKey? { if case .proved(let key) = self { key } else { nil } }
}

func keyPair(_ recorded: Vector) -> KeyPair { KeyPair(privateKey: SecretKey(recorded.bytes("private"))!) }

func keyPair(_ byte: UInt8) -> KeyPair { KeyPair(privateKey: SecretKey([UInt8](repeating: byte, count: 32))!) }

/// Both ends of an established connection.
func established(_ wire: Wire, limits: Limits = Limits()) throws -> (SessionFixture, SessionFixture) {
  let initiator = SessionFixture(.initiator, wire: wire, identity: keyPair(1), limits: limits)
  let responder = SessionFixture(.responder, identity: keyPair(2), limits: limits)
  #expect(try responder.receive(initiator.output()) == nil)
  #expect(try initiator.receive(responder.output())?.key == responder.identity.publicKey)
  try initiator.admit()
  #expect(try responder.receive(initiator.output())?.key == initiator.identity.publicKey)
  try responder.admit()
  return (initiator, responder)
}
