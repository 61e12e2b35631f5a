import Noise
import Sodium

/// The datagrams of one connection that ask and answer beside its stream (Protocol, Probe).
///
/// Each is 49 bytes: session 8, counter 8, and sealed kind 1, number 8, received 8, tag 16. What does not open, or was
/// here before, is nothing. An echo is no longer than what it answers.
struct ProbeChannel: ~Copyable {
  struct Message: Hashable {
    enum Kind: UInt8 { case challenge = 1, echo = 2 }

    var kind: Kind
    /// The challenge's number; its echo repeats it.
    var number: UInt64
    /// How many bytes of the connection's stream the sender has received.
    var received: UInt64
  }

  static let byteCount = header + body + ChaCha20Poly1305.tagByteCount
  private static let header = 16
  private static let body = 17

  /// Names the session in the datagram's first eight bytes.
  let id: UInt64
  /// Where the peer takes them: what its hello says, then where its last one came from, as a NAT may have it.
  var port: UInt16
  private let keys: DerivedKeys
  private var counter: UInt64 = 0
  /// The highest counter received, and whether those before it were: bit i stands for `highest - i`.
  private var highest: UInt64 = 0
  private var seen: UInt64 = 0
  private var echoes = TokenBucket(interval: .milliseconds(100), burst: 20)

  init(keys: consuming DerivedKeys, handshakeHash: [UInt8], port: UInt16) {
    self.keys = keys
    self.port = port
    id = handshakeHash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The session that a datagram is for, or nil when it is none of these.
  static func session(of datagram: [UInt8]) -> UInt64? {
    datagram.count == byteCount ? read(datagram, at: 0) : nil
  }

  mutating func seal(_ message: Message) -> [UInt8] {
    counter += 1
    var datagram: [UInt8] = []
    datagram.reserveCapacity(Self.byteCount)
    Self.append(id, to: &datagram)
    Self.append(counter, to: &datagram)
    datagram.append(message.kind.rawValue)
    Self.append(message.number, to: &datagram)
    Self.append(message.received, to: &datagram)
    let counter = self.counter
    let tag = datagram.withUnsafeMutableBytes {
      ChaCha20Poly1305.seal(
        UnsafeMutableRawBufferPointer(rebasing: $0[Self.header...]),
        authenticating: UnsafeRawBufferPointer(rebasing: $0[..<Self.header]), key: keys.sender, counter: counter)
    }
    withUnsafeBytes(of: tag) { datagram.append(contentsOf: $0) }
    return datagram
  }

  /// Nil for whatever is not the peer's, is not for this session, or was here before.
  mutating func open(_ datagram: [UInt8]) -> Message? {
    guard Self.session(of: datagram) == id else { return nil }
    let counter = Self.read(datagram, at: 8)
    guard isFresh(counter) else { return nil }
    var datagram = datagram
    do throws(SodiumError) {
      try datagram.withUnsafeMutableBufferPointer { (bytes) throws(SodiumError) in
        let all = UnsafeMutableRawBufferPointer(bytes)
        try ChaCha20Poly1305.open(
          UnsafeMutableRawBufferPointer(rebasing: all[Self.header...]),
          authenticating: UnsafeRawBufferPointer(rebasing: all[..<Self.header]), key: keys.receiver, counter: counter)
      }
    } catch { return nil }
    note(counter)
    guard let kind = Message.Kind(rawValue: datagram[Self.header]) else { return nil }
    return Message(
      kind: kind, number: Self.read(datagram, at: Self.header + 1), received: Self.read(datagram, at: Self.header + 9))
  }

  /// Whether one more echo may go now: 10 a second, in bursts of 20.
  mutating func mayEcho(now: Instant) -> Bool { echoes.take(now: now) }

  private func isFresh(_ counter: UInt64) -> Bool {
    if counter > highest { return counter < .max }
    let age = highest - counter
    return counter > 0 && age < 64 && seen & (1 << age) == 0
  }

  private mutating func note(_ counter: UInt64) {
    if counter > highest {
      let step = counter - highest
      seen = step < 64 ? seen << step | 1 : 1
      highest = counter
    } else {
      seen |= 1 << (highest - counter)
    }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private static func read(_ bytes: [UInt8], at start: Int) -> UInt64 {
    bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension Channel {
  /// The probes beside the stream when both ends have a port for them; the keys are gone from here in any case.
  mutating func takeProbes(port: UInt16?) -> ProbeChannel? {
    var keys: DerivedKeys?
    swap(&keys, &derived)
    guard let port, let keys else { return nil }
    return ProbeChannel(keys: keys, handshakeHash: handshakeHash, port: port)
  }
}
