import Testing

@testable import Sodium

@Suite struct RandomStreamTests {
  private let seed = [UInt8](0..<32)

  @Test func theSameSeedGivesTheSameBytesHoweverDrawn() {
    var whole = RandomStream(seed: seed)
    let expected = whole.bytes(5000)
    var parts = RandomStream(seed: seed)
    var drawn: [UInt8] = []
    for size in [0, 1, 7, 479, 480, 481, 512, 513, 1000] { drawn += parts.bytes(size) }
    #expect(drawn == Array(expected[..<drawn.count]))
    let number = parts.next()
    #expect((0..<8).allSatisfy { UInt8(truncatingIfNeeded: number >> (8 * $0)) == expected[drawn.count + $0] })
    #expect(parts.secretKey().withUnsafeBytes { [UInt8]($0) } == Array(expected[drawn.count + 8..<drawn.count + 40]))
  }

  /// Fixed for ever: recorded simulations depend on it. ChaCha20's keystream for this key, after its first 32 bytes.
  @Test func theStreamIsChaCha20() {
    var random = RandomStream(seed: [UInt8](repeating: 0, count: 32))
    #expect(
      random.bytes(32) == [
        0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48, 0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37,
        0x6a, 0x43, 0xb8, 0xf4, 0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86,
      ])
  }

  @Test func drawnBytesAreErased() {
    var random = RandomStream(seed: seed)
    _ = random.bytes(100)
    let pool = UnsafeBufferPointer(start: random.pool.start, count: random.pool.count)
    #expect(pool[32..<132].allSatisfy { $0 == 0 })
    #expect(!pool[132...].allSatisfy { $0 == 0 })
    #expect(Array(pool[..<32]) != seed)
  }

  @Test func seedsAndSystemsDiffer() {
    var first = RandomStream(seed: seed)
    var second = RandomStream(seed: [UInt8](1...32))
    var system = RandomStream.system()
    var otherSystem = RandomStream.system()
    #expect(Set([first.next(), second.next(), system.next(), otherSystem.next()]).count == 4)
  }

  @Test func belowIsEven() {
    var random = RandomStream(seed: seed)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[Int(random.below(6))] += 1 }
    #expect(counts.allSatisfy { (9_500...10_500).contains($0) })
    #expect((0..<100).allSatisfy { _ in random.below(1) == 0 })
    // Half of all numbers must be rejected for this bound.
    let large = UInt64(1) << 63 + 1
    #expect((0..<100).allSatisfy { _ in random.below(large) < large })
  }
}
