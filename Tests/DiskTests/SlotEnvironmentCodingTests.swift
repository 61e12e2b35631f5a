import Disk
import Foundation
import TestKit
import Testing

/// Held to what `mkenvimage` of U-Boot's tools wrote.
struct SlotEnvironmentCodingTests {
  static let text = "failed=-\nreason=-\nseq=1\nslot=a\ntrial=-\ntries=0\n"

  /// A copy with this text in it, with a checksum given.
  static func copy(_ lines: String, checksum: [UInt8], padding: UInt8) -> [UInt8] {
    var bytes = checksum + lines.utf8.map { $0 == UInt8(ascii: "\n") ? 0 : $0 } + [0]
    bytes += [UInt8](repeating: padding, count: SlotEnvironment.byteCount - bytes.count)
    return bytes
  }

  // mkenvimage -s 0x1000 -p 0, and without -p, which pads with ones.
  static let recorded = copy(text, checksum: [0x9e, 0x4b, 0xcc, 0x27], padding: 0)
  static let recordedPaddedWithOnes = copy(text, checksum: [0xa6, 0x22, 0xee, 0x59], padding: 0xff)

  @Test(arguments: [recorded, recordedPaddedWithOnes])
  func readsWhatMkenvimageWrote(_ bytes: [UInt8]) throws {
    let environment = try SlotEnvironment(decoding: bytes)
    #expect(environment.generation == 1)
    #expect(environment.confirmed == .a)
    #expect(environment.trial == nil)
    #expect(environment.tries == 0)
    #expect(environment.failed == nil)
    #expect(environment.reason == nil)
  }

  @Test func writesWhatMkenvimageWrote() {
    let empty = [UInt8](repeating: 0, count: 4096)
    let update = SlotEnvironmentPair(first: empty, second: empty).update(to: SlotEnvironment(confirmed: .a))
    #expect(update.bytes == Self.recorded)
    #expect(update.offset == 1 << 20)
  }

  @Test func theToolAgreesWhereItIsInstalled() throws {
    let tool = "/usr/bin/mkenvimage"
    guard FileManager.default.isExecutableFile(atPath: tool) else { return }
    let folder = try TemporaryFolder()
    try folder.write("text", "failed=b\nreason=no-network\nseq=1f2e\nslot=a\ntrial=-\ntries=3\n")
    let process = try Process.run(
      URL(fileURLWithPath: tool),
      arguments: ["-s", "0x1000", "-p", "0", "-o", folder.path("environment"), folder.path("text")])
    process.waitUntilExit()
    let bytes = try #require(folder.read("environment"))
    let environment = try SlotEnvironment(decoding: bytes)
    #expect(environment.generation == 0x1f2e)
    #expect(environment.failed == .b)
    #expect(environment.reason == .noNetwork)
    #expect(environment.tries == 3)
    #expect(environment.encode() == bytes)
  }

  @Test func everyBitCounts() throws {
    for bit in 0..<80 * 8 {
      var bytes = Self.recorded
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: SlotEnvironmentFault.checksum) { try SlotEnvironment(decoding: bytes) }
    }
  }

  @Test(arguments: [0, 3, 4, 4095, 4097])
  func aCopyOfAnotherSizeIsNone(_ count: Int) {
    #expect(throws: SlotEnvironmentFault.wrongSize(count)) {
      try SlotEnvironment(decoding: [UInt8](repeating: 0, count: count))
    }
  }

  /// With the right checksum, as U-Boot's own `env export` gives it.
  private func decode(_ lines: String, padding: UInt8 = 0) throws -> SlotEnvironment {
    var bytes = Self.copy(lines, checksum: [0, 0, 0, 0], padding: padding)
    bytes.replaceSubrange(0..<4, with: crc(bytes[4...]))
    return try SlotEnvironment(decoding: bytes)
  }

  @Test func valuesThatMakeNoSenseAreRefused() throws {
    for (lines, error) in [
      ("slot=a\n", SlotEnvironmentFault.generation), ("seq=\nslot=a\n", .generation), ("seq=g\nslot=a\n", .generation),
      ("seq=80000000\nslot=a\n", .generation), ("seq=100000001\nslot=a\n", .generation), ("seq=1\n", .slot),
      ("seq=1\nslot=c\n", .slot), ("seq=1\nslot=ab\n", .slot), ("seq=1\nslot=\n", .slot), ("seq=1\nslot=-\n", .slot),
      ("seq=1\nslot=a\ntrial=c\n", .slot), ("seq=1\nslot=a\nfailed=x\n", .slot), ("seq=1\nslot=a\ntries=4\n", .tries),
      ("seq=1\nslot=a\ntries=\n", .tries), ("seq=1\nslot=a\nreason=No\n", .reason),
      ("seq=1\nslot=a\nreason=\(String(repeating: "a", count: 33))\n", .reason), ("seq=1\nslot=a\nx\n", .malformed),
      ("seq=1\nslot=a\n=x\n", .malformed),
    ] {
      #expect(throws: error, "\(lines)") { try decode(lines) }
    }
    // No zero anywhere.
    #expect(throws: SlotEnvironmentFault.malformed) {
      var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
      bytes.replaceSubrange(0..<4, with: crc(bytes[4...]))
      _ = try SlotEnvironment(decoding: bytes)
    }
  }

  @Test func whatIsUnknownOrMissingIsNoFault() throws {
    let environment = try decode("later=1\nseq=7fffffff\nslot=b\n")
    #expect(environment.confirmed == .b)
    #expect(environment.generation == 0x7fff_ffff)
    #expect(environment.trial == nil)
  }

  @Test func theHighestGenerationDoesNotTrap() throws {
    let highest = try decode("seq=7fffffff\nslot=b\n").encode()
    let pair = SlotEnvironmentPair(first: highest, second: highest)
    #expect(pair.update(to: SlotEnvironment(confirmed: .a)).environment.generation == 0x8000_0000)
  }
}

/// The checksum by its definition, polynomial division of the reflected bits: independent of the module's.
func crc(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  var table = [UInt32](repeating: 0, count: 256)
  for index in 0..<256 {
    table[index] = (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }
  let sum = ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ $0 >> 8 }
  return (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(8 * $0)) }
}
