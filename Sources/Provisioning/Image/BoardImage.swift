import Admin
import Disk
import PeerNet
import PeerNetClient

/// The image of a board's disk, known by its master boot record, read from front to back.
package final class BoardImage {
  /// Bytes of the image. What a longer file holds behind them belongs to no board.
  package static let byteCount = Int(DiskLayout.diskByteCount)
  static let chunkCount = byteCount / ImageSource.chunkBytes

  /// What it was given for one board; nil when it is as it was built.
  package let provision: Provision?
  /// The board model that the image was built for, such as `rpi4`; nil when the image does not say.
  package let board: String?
  private let source: ImageSource
  /// What was read ahead to know it.
  private var head: ArraySlice<ImageSource.Chunk> = []
  private var chunksRead = 0

  /// Opens it and reads ahead to know it. While it is unpacked, `isInterrupted` says whether to stop.
  package init(path: String, isInterrupted: @escaping () -> Bool = { false }) throws(ImageError) {
    let source = try ImageSource(path: path, isInterrupted: isInterrupted)
    var chunks: [ImageSource.Chunk] = []
    var bytes: [UInt8] = []
    while bytes.count < DiskLayout.boot.offset, let chunk = try source.next() {
      chunks.append(chunk)
      switch chunk {
      case .zeros(let count): bytes += [UInt8](repeating: 0, count: count)
      case .data(let data): bytes += data
      }
    }
    guard Self.isOurs(bytes) else { throw .notAnImage(path: path) }
    if let count = source.byteCount, count < Self.byteCount { throw .tooShort(path: path) }
    board = Self.boardName(bytes)
    do throws(ProvisionFault) {
      provision = try Provision.decode(
        first: Self.area(bytes, DiskLayout.provision(.first)), second: Self.area(bytes, DiskLayout.provision(.second)))
    } catch { throw .damagedProvision(path: path, error) }
    self.source = source
    head = chunks[...]
  }

  /// Whether it has to be unpacked.
  package var isPacked: Bool { source.isPacked }

  /// How many MiB of it hold data; nil of a packed one.
  var dataChunkCount: Int? { source.dataChunkCount(before: Self.byteCount) }

  /// The next MiB; nil at the end.
  func next() throws(ImageError) -> ImageSource.Chunk? {
    guard chunksRead < Self.chunkCount else { return nil }
    let chunk = if let known = head.popFirst() { known } else { try source.next() } as ImageSource.Chunk?
    guard let chunk, chunk.count == ImageSource.chunkBytes else { throw .tooShort(path: source.path) }
    chunksRead += 1
    return chunk
  }

  /// The signature and the four partitions where they have to be.
  private static func isOurs(_ head: [UInt8]) -> Bool {
    guard head.count >= DiskLayout.boot.offset, head[510] == 0x55, head[511] == 0xaa,
      number(head, 440) == DiskLayout.signature
    else { return false }
    let partitions = [DiskLayout.boot, DiskLayout.slot(.a), DiskLayout.slot(.b), DiskLayout.data]
    return partitions.enumerated().allSatisfy { index, region in
      let entry = 446 + 16 * index
      return UInt64(number(head, entry + 8)) == region.firstSector
        && UInt64(number(head, entry + 12)) == region.sectorCount
    }
  }

  private static func boardName(_ head: [UInt8]) -> String? {
    let name = area(head, DiskLayout.boardName).prefix { $0 != 0 }
    guard !name.isEmpty, name.allSatisfy({ 0x21...0x7e ~= $0 }) else { return nil }
    return Printable.text(Array(name))
  }

  /// Little-endian.
  private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  private static func area(_ bytes: [UInt8], _ region: DiskRegion) -> [UInt8] {
    Array(bytes[Int(region.offset)..<Int(region.offset + region.byteCount)])
  }
}
