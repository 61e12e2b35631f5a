import Sodium

/// One UDP datagram of discovery (Protocol, UDP).
public enum Datagram: Hashable, Sendable {
  /// Sent unasked, to everybody.
  case announce(Announce)
  /// A question, to everybody.
  case solicit(Solicit)
  /// The reply to a question, to the one who asked.
  case answer(SolicitAnswer)

  /// Takes exactly the three forms; a longer or shorter datagram is none of them.
  public static func decode(_ bytes: [UInt8]) throws(DatagramError) -> Datagram {
    guard bytes.starts(with: magic) else { throw .badMagic }
    guard bytes.count > magic.count else { throw .wrongSize(bytes.count) }
    switch bytes[magic.count] {
    case Announce.version: return .announce(try Announce(bytes))
    case 2: break
    case let version: throw .unknownVersion(version)
    }
    guard bytes.count > magic.count + 1 else { throw .wrongSize(bytes.count) }
    switch bytes[magic.count + 1] {
    case Solicit.kind: return .solicit(try Solicit(bytes))
    case SolicitAnswer.kind: return .answer(try SolicitAnswer(bytes))
    case let kind: throw .unknownKind(kind)
    }
  }

  static var magic: [UInt8] { [0x50, 0x4e, 0x45, 0x54] }  // "PNET"
}

/// Why a datagram was ignored.
public enum DatagramError: Error, Hashable, Sendable {
  /// It does not begin with `PNET`.
  case badMagic
  /// The datagram's size in bytes, which is not that of its kind.
  case wrongSize(Int)
  /// Neither 1 nor 2.
  case unknownVersion(UInt8)
  /// Version 2, and neither a solicit nor an answer.
  case unknownKind(UInt8)
  /// Nobody can be reached at port 0.
  case portZero
  /// A solicit's padding is not zero.
  case padding
}

/// "A node with this key listens on this TCP port", 39 bytes: `"PNET" | 1 | u16 port | key`.
public struct Announce: Hashable, Sendable {
  /// Whoever claims to listen there; a claim and no more.
  public let key: PublicKey
  /// Never 0.
  public let port: UInt16

  static let version: UInt8 = 1
  static let byteCount = 39

  /// Nil for port 0.
  public init?(key: PublicKey, port: UInt16) {
    guard port != 0 else { return nil }
    self.key = key
    self.port = port
  }

  fileprivate init(_ bytes: [UInt8]) throws(DatagramError) {
    guard bytes.count == Self.byteCount, let key = PublicKey(Array(bytes[7...])) else {
      throw .wrongSize(bytes.count)
    }
    guard let announce = Announce(key: key, port: bytes.port(at: 5)) else { throw .portZero }
    self = announce
  }

  /// The datagram, 39 bytes.
  public var bytes: [UInt8] {
    var bytes = Datagram.magic
    bytes.append(Self.version)
    bytes.appendBigEndian(port)
    key.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }
}

/// Sixteen random bytes that tie an answer to the solicit it answers.
public struct DiscoveryNonce: Hashable, Sendable {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// The nonce's sixteen bytes as two numbers, big-endian.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  static let byteCount = 16

  fileprivate init(_ bytes: [UInt8], at start: Int) {
    func word(_ start: Int) -> UInt64 { (start..<start + 8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) } }
    self.init(high: word(start), low: word(start + 8))
  }

  fileprivate func append(to bytes: inout [UInt8]) {
    bytes.appendBigEndian(high)
    bytes.appendBigEndian(low)
  }
}

/// "Who is there?", 64 bytes, zero-padded so that no answer is larger: `"PNET" | 2 | 1 | nonce`.
public struct Solicit: Hashable, Sendable {
  /// Comes back in each answer.
  public let nonce: DiscoveryNonce

  static let kind: UInt8 = 1
  static let byteCount = 64
  private static let nonceStart = 6

  /// Draw a fresh nonce for each question: an answer to an older one shall not pass.
  public init(nonce: DiscoveryNonce) { self.nonce = nonce }

  fileprivate init(_ bytes: [UInt8]) throws(DatagramError) {
    guard bytes.count == Self.byteCount else { throw .wrongSize(bytes.count) }
    nonce = DiscoveryNonce(bytes, at: Self.nonceStart)
    guard bytes[(Self.nonceStart + DiscoveryNonce.byteCount)...].allSatisfy({ $0 == 0 }) else { throw .padding }
  }

  /// The datagram, 64 bytes.
  public var bytes: [UInt8] {
    var bytes = Datagram.magic
    bytes.append(2)
    bytes.append(Self.kind)
    nonce.append(to: &bytes)
    bytes.append(contentsOf: repeatElement(0, count: Self.byteCount - bytes.count))
    return bytes
  }
}

/// The answer to a solicit, 56 bytes: `"PNET" | 2 | 2 | nonce | u16 port | key`.
public struct SolicitAnswer: Hashable, Sendable {
  /// The question's nonce.
  public let nonce: DiscoveryNonce
  /// Whoever claims to listen at ``port``; a claim and no more.
  public let key: PublicKey
  /// Never 0.
  public let port: UInt16

  static let kind: UInt8 = 2
  static let byteCount = 56
  private static let nonceStart = 6
  private static let portStart = 22

  /// Nil for port 0.
  public init?(nonce: DiscoveryNonce, key: PublicKey, port: UInt16) {
    guard port != 0 else { return nil }
    self.nonce = nonce
    self.key = key
    self.port = port
  }

  fileprivate init(_ bytes: [UInt8]) throws(DatagramError) {
    guard bytes.count == Self.byteCount, let key = PublicKey(Array(bytes[(Self.portStart + 2)...])) else {
      throw .wrongSize(bytes.count)
    }
    let nonce = DiscoveryNonce(bytes, at: Self.nonceStart)
    guard let answer = SolicitAnswer(nonce: nonce, key: key, port: bytes.port(at: Self.portStart)) else {
      throw .portZero
    }
    self = answer
  }

  /// The datagram, 56 bytes.
  public var bytes: [UInt8] {
    var bytes = Datagram.magic
    bytes.append(2)
    bytes.append(Self.kind)
    nonce.append(to: &bytes)
    bytes.appendBigEndian(port)
    key.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }
}

extension [UInt8] {
  fileprivate func port(at index: Int) -> UInt16 { UInt16(self[index]) << 8 | UInt16(self[index + 1]) }

  fileprivate mutating func appendBigEndian(_ value: UInt16) {
    append(UInt8(value >> 8))
    append(UInt8(value & 0xff))
  }

  fileprivate mutating func appendBigEndian(_ value: UInt64) {
    for index in 0..<8 { append(UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * index))) }
  }
}
