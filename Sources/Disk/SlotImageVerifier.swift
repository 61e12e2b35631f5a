import Sodium

/// Checks a slot image as it streams by, in little memory.
public struct SlotImageVerifier: Sendable {
  /// What the image says of itself, as soon as its header has come.
  public private(set) var header: SlotHeader?
  /// The bytes that have come.
  public private(set) var byteCount: UInt64 = 0

  /// Why the bytes that have come are none of a slot image's; what follows them is not looked at.
  public private(set) var fault: SlotImageFault?

  /// The superblock's or the header's first bytes, until all of it is there.
  private var collected: [UInt8] = []
  private var headerOffset: UInt64?
  private var hash = SHA256Stream()

  /// The header that the image has to have, when its file began with one.
  private let expected: SlotHeader?

  /// Before the image's first byte, which in a file stands behind the copy of the header.
  public init(expecting header: SlotHeader? = nil) { expected = header }

  /// Takes the next bytes, in pieces of any size.
  public mutating func receive(_ bytes: ArraySlice<UInt8>) {
    guard fault == nil else { return }
    do throws(SlotImageFault) { try take(bytes) } catch { fault = error }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) throws(SlotImageFault) {
    var rest = bytes
    while !rest.isEmpty {
      let piece: ArraySlice<UInt8>
      if let header {
        guard byteCount < header.imageByteCount else { throw .trailingBytes }
        piece = rest.prefix(Self.room(header.imageByteCount - byteCount))
        hash.update(piece)
      } else if let headerOffset, byteCount >= headerOffset {
        piece = rest.prefix(SlotHeader.byteCount - collected.count)
        collected += piece
        if collected.count == SlotHeader.byteCount { try takeHeader(at: headerOffset) }
      } else if let headerOffset {
        piece = rest.prefix(Self.room(headerOffset - byteCount))
        hash.update(piece)
      } else {
        piece = rest.prefix(Self.superblockByteCount - collected.count)
        collected += piece
        hash.update(piece)
        if collected.count == Self.superblockByteCount {
          let offset = try SlotHeader.offset(superblock: collected)
          guard expected == nil || expected?.offset == offset else { throw .malformedHeader }
          headerOffset = offset
          collected = []
        }
      }
      byteCount += UInt64(piece.count)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// All bytes have come: the header, when the image is whole.
  public func finish() throws(SlotImageFault) -> SlotHeader {
    if let fault { throw fault }
    guard headerOffset != nil || expected != nil else { throw .notASquashfs }
    guard let header, byteCount == header.imageByteCount else {
      throw .truncated(expected == nil ? byteCount : byteCount + UInt64(SlotHeader.byteCount))
    }
    guard hash.digest == header.contentHash else { throw .contentHash }
    return header
  }

  private static var superblockByteCount: Int { 96 }

  private static func room(_ count: UInt64) -> Int { Int(clamping: count) }

  private mutating func takeHeader(at offset: UInt64) throws(SlotImageFault) {
    let header = try SlotHeader(decoding: collected)
    guard header.offset == offset, expected == nil || expected == header else { throw .malformedHeader }
    self.header = header
    collected = []
  }
}
