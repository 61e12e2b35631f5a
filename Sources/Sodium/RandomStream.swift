import CSodium

/// A deterministic random generator: ChaCha20 keystream with fast key erasure.
///
/// Each refill's first 32 bytes become the next key, and bytes are wiped as they are handed out, so that a later look
/// into memory does not reveal what was drawn before. The same seed gives the same bytes on every machine, however
/// the draws are sized.
public struct RandomStream: ~Copyable, Sendable {
  /// 32
  public static var seedByteCount: Int { 32 }
  private static var poolByteCount: Int { 512 }

  /// The next key, then the bytes not yet drawn.
  let pool = SecretBytes(count: RandomStream.poolByteCount)
  private var position = RandomStream.poolByteCount

  /// From 32 bytes, which remain the caller's to wipe. Any other count is a programmer's error.
  public init(seed: [UInt8]) {
    precondition(seed.count == Self.seedByteCount)
    pool.start.update(from: seed, count: Self.seedByteCount)
  }

  private init() {
    randombytes_buf(pool.start, Self.seedByteCount)
  }

  /// Seeded by the operating system.
  public static func system() -> RandomStream { RandomStream() }

  /// The next `count` bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      if let start = buffer.baseAddress { draw(count, into: start) }
      initializedCount = count
    }
  }

  /// The next eight bytes, as a little-endian number.
  public mutating func next() -> UInt64 {
    var number: UInt64 = 0
    withUnsafeMutableBytes(of: &number) { draw(8, into: $0.baseAddress!.assumingMemoryBound(to: UInt8.self)) }
    return UInt64(littleEndian: number)
  }

  /// A number below `bound`, all equally likely. A bound of 0 is a programmer's error.
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0)
    // The lowest 2^64 mod bound numbers would make some remainders likelier.
    let surplus = (0 &- bound) % bound
    while true {
      let number = next()
      if number >= surplus { return number % bound }
    }
  }

  /// The next 32 bytes, where only their owner sees them.
  mutating func secretKey() -> SecretKey {
    let storage = SecretKey { $0.initialize(repeating: 0, count: SecretKey.byteCount) }
    draw(SecretKey.byteCount, into: storage.storage.start)
    return storage
  }

  private mutating func draw(_ count: Int, into target: UnsafeMutablePointer<UInt8>) {
    var drawn = 0
    while drawn < count {
      if position == Self.poolByteCount { refill() }
      let step = min(count - drawn, Self.poolByteCount - position)
      (target + drawn).update(from: pool.start + position, count: step)
      sodium_memzero(pool.start + position, step)
      drawn += step
      position += step
    }
  }

  private mutating func refill() {
    let nonce: (UInt64, UInt64) = (0, 0)  // Each key is used once.
    let fresh = SecretBytes(count: Self.poolByteCount)
    withUnsafeBytes(of: nonce) {
      let status = crypto_stream_chacha20_ietf(
        fresh.start, UInt64(Self.poolByteCount), $0.baseAddress!.assumingMemoryBound(to: UInt8.self), pool.start)
      precondition(status == 0)
    }
    pool.start.update(from: fresh.start, count: Self.poolByteCount)
    position = Self.seedByteCount
  }
}
