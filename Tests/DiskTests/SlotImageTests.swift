import Disk
import Sodium
import Testing

struct SlotImageTests {
  @Test func aHeaderIsReadAsItWasWritten() throws {
    let header = try SlotHeader(
      squashfsSectors: 16, fitSectors: 3, version: Array("1.2".utf8), board: Array("rpi4".utf8),
      contentHash: SHA256.hash([1]))
    let bytes = header.encode()
    #expect(bytes.count == 4096)
    #expect(Array(bytes[..<16]) == Array("PNSLOT1\n".utf8) + [3, 0, 0, 0, 16, 0, 0, 0])
    #expect(Array(bytes[16..<20]) == Array("1.2\0".utf8))
    #expect(Array(bytes[48..<53]) == Array("rpi4\0".utf8))
    #expect(Array(bytes[80..<112]) == SHA256.hash([1]).bytes)
    #expect(Array(bytes[4064...]) == SHA256.hash(Array(bytes[..<4064])).bytes)
    #expect(try SlotHeader(decoding: bytes) == header)
    #expect(header.offset == 8192)
    #expect(header.imageByteCount == 8192 + 4096 + 3 * 512)
  }

  @Test func everyByteOfAHeaderCounts() throws {
    let bytes = SlotImage.header.encode()
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x20
      #expect(throws: index < 8 ? SlotImageFault.noHeader : .headerChecksum) { try SlotHeader(decoding: changed) }
    }
    #expect(throws: SlotImageFault.noHeader) { try SlotHeader(decoding: Array(bytes.dropLast())) }
    #expect(throws: SlotImageFault.noHeader) { try SlotHeader(decoding: []) }
  }

  /// Found by a fuzzer that expected all of it to be written again.
  @Test func whatALaterReleasePutsBehindTheHashIsPassedOver() throws {
    var bytes = SlotImage.header.encode()
    bytes[146] = 0x69
    bytes.replaceSubrange(4064..<4096, with: SHA256.hash(Array(bytes[..<4064])).bytes)
    let header = try SlotHeader(decoding: bytes)
    #expect(header == SlotImage.header)
    #expect(header.encode() == SlotImage.header.encode())
  }

  @Test func headersThatMakeNoSenseAreRefused() throws {
    func refused(_ error: SlotImageFault, _ change: (inout [UInt8]) -> Void) {
      var bytes = SlotImage.header.encode()
      change(&bytes)
      bytes.replaceSubrange(4064..<4096, with: SHA256.hash(Array(bytes[..<4064])).bytes)
      #expect(throws: error) { try SlotHeader(decoding: bytes) }
    }
    refused(.malformedHeader) { $0[8] = 0 }
    refused(.malformedHeader) { $0[12] = 1 }
    refused(.malformedHeader) { $0[16] = 0 }
    refused(.malformedHeader) { $0[48] = 0x0a }
    refused(.malformedHeader) { $0[79] = 1 }
    refused(.malformedHeader) { $0.replaceSubrange(16..<48, with: [UInt8](repeating: 0x61, count: 32)) }
    refused(.tooLarge(8192 + 4096 + 512 * 0xFFFF_FFFF)) {
      $0.replaceSubrange(8..<12, with: [255, 255, 255, 255])
      $0.replaceSubrange(12..<16, with: [16, 0, 0, 0])
    }
  }

  @Test func theSuperblockSaysWhereTheHeaderIs() throws {
    func offset(_ count: UInt64) throws -> UInt64 { try SlotHeader.offset(superblock: SlotImage.superblock(count)) }
    #expect(try offset(96) == 4096)
    #expect(try offset(4096) == 4096)
    #expect(try offset(4097) == 8192)
    #expect(throws: SlotImageFault.notASquashfs) { try offset(95) }
    #expect(throws: SlotImageFault.tooLarge(192 << 20)) { try offset(192 << 20) }
    #expect(throws: SlotImageFault.tooLarge(.max)) { try offset(.max) }
    #expect(throws: SlotImageFault.notASquashfs) { try SlotHeader.offset(superblock: Array("hsqs".utf8)) }
    #expect(throws: SlotImageFault.notASquashfs) { try SlotHeader.offset(superblock: [UInt8](repeating: 0, count: 96)) }
  }

  @Test func aFileBeginsWithTheHeader() throws {
    let file = SlotImage.header.encode()
    #expect(try SlotHeader(startOf: file) == SlotImage.header)
    for count in [0, 1, 8, 9, 4_095] {
      #expect(throws: SlotImageFault.truncated(UInt64(count))) { try SlotHeader(startOf: Array(file[..<count])) }
    }
    #expect(throws: SlotImageFault.noHeader) { try SlotHeader(startOf: Array("PNet".utf8)) }
    #expect(throws: SlotImageFault.noHeader) { try SlotHeader(startOf: SlotImage.squashfs) }
  }

  @Test func anImageIsTheOneThatItsFileAnnounces() throws {
    func verify(_ header: SlotHeader) throws -> UInt64 {
      var verifier = SlotImageVerifier(expecting: header)
      for byte in SlotImage.bytes() where verifier.fault == nil { verifier.receive([byte]) }
      // What is wrong is told as soon as it can be known.
      if verifier.fault != nil { #expect([95, 12_287].contains(verifier.byteCount)) }
      return try verifier.finish().imageByteCount
    }
    func header(squashfs: UInt32 = 16, version: String = "7.1") throws -> SlotHeader {
      try SlotHeader(
        squashfsSectors: squashfs, fitSectors: 3, version: Array(version.utf8), board: Array("rpi4".utf8),
        contentHash: SlotImage.header.contentHash)
    }
    #expect(try verify(header()) == header().imageByteCount)
    #expect(throws: SlotImageFault.malformedHeader) { try verify(header(squashfs: 24)) }
    #expect(throws: SlotImageFault.truncated(4_096)) {
      _ = try SlotImageVerifier(expecting: SlotImage.header).finish()
    }
    #expect(throws: SlotImageFault.malformedHeader) { try verify(header(version: "7.2")) }
  }

  @Test(arguments: [1, 7, 95, 96, 97, 512, 4096, 100_000])
  func anImageIsVerifiedInPiecesOfAnySize(_ size: Int) throws {
    let image = SlotImage.bytes()
    var verifier = SlotImageVerifier()
    var position = 0
    while position < image.count {
      let end = min(position + size, image.count)
      verifier.receive(image[position..<end])
      position = end
    }
    let header = try verifier.finish()
    #expect(header.version == Array("7.1".utf8))
    #expect(header == verifier.header)
    #expect(verifier.byteCount == UInt64(image.count))
  }

  @Test func everyByteOfAnImageCounts() {
    let image = SlotImage.bytes()
    for index in stride(from: 0, to: image.count, by: 61) {
      var changed = image
      changed[index] ^= 1
      #expect(throws: SlotImageFault.self, "byte \(index)") { try verify(changed) }
    }
  }

  @Test func anImageEndsWhereItSays() {
    let image = SlotImage.bytes()
    for count in [0, 1, 95] {
      #expect(throws: SlotImageFault.notASquashfs) { try verify(Array(image[..<count])) }
    }
    for count in [96, 4096, 8192, 10_000, 12_288, image.count - 1] {
      #expect(throws: SlotImageFault.truncated(UInt64(count))) { try verify(Array(image[..<count])) }
    }
    #expect(throws: SlotImageFault.trailingBytes) { try verify(image + [0]) }
  }

  @Test func theHeaderStandsWhereTheSuperblockSays() throws {
    // A sound header, but of an image whose squashfs is longer.
    var image = SlotImage.bytes()
    let other = try SlotHeader(
      squashfsSectors: 24, fitSectors: 3, version: [0x31], board: [0x78], contentHash: SHA256.hash([]))
    image.replaceSubrange(8192..<12_288, with: other.encode())
    #expect(throws: SlotImageFault.malformedHeader) { try verify(image) }
  }

  private func verify(_ image: [UInt8]) throws {
    var verifier = SlotImageVerifier()
    verifier.receive(image[...])
    _ = try verifier.finish()
  }
}

/// A small slot image: 5,000 bytes of squashfs in name only, and three sectors of FIT.
enum SlotImage {
  static func superblock(_ byteCount: UInt64) -> [UInt8] {
    var bytes = Array("hsqs".utf8) + [UInt8](repeating: 7, count: 92)
    for index in 0..<8 { bytes[40 + index] = UInt8(truncatingIfNeeded: byteCount >> UInt64(8 * index)) }
    return bytes
  }

  static let squashfs = superblock(5000) + (96..<5000).map { UInt8($0 % 251) } + [UInt8](repeating: 0, count: 3192)
  static let fit = (0..<1536).map { UInt8($0 % 13) }

  static var header: SlotHeader {
    try! SlotHeader(
      squashfsSectors: 16, fitSectors: 3, version: Array("7.1".utf8), board: Array("rpi4".utf8),
      contentHash: SHA256.hash(squashfs + fit))
  }

  static func bytes() -> [UInt8] { squashfs + header.encode() + fit }
}
