import Admin
import Glibc

/// The file that holds the image of a whole disk, raw (sparse or not) or packed by xz(1), read from front to back.
final class ImageSource {
  /// A piece of the image; the last one may be shorter.
  enum Chunk: Equatable {
    case zeros(count: Int)
    case data([UInt8])

    var count: Int {
      switch self {
      case .zeros(let count): count
      case .data(let bytes): bytes.count
      }
    }
  }

  static let chunkBytes = 1 << 20
  private static let packedMagic: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]

  let path: String
  /// The size of the whole image in bytes; nil for a packed one.
  let byteCount: Int?
  private let file: Int32
  private let unpacking: Unpacking?
  /// Whether it has to be unpacked.
  var isPacked: Bool { unpacking != nil }
  /// How far it was read.
  private(set) var offset = 0

  init(path: String, isInterrupted: @escaping () -> Bool) throws(ImageError) {
    self.path = path
    do throws(SmallFile.Fault) { file = try SmallFile.openRegular(path) } catch {
      throw .cannotRead(path: path, reason: error.reason)
    }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      let error = SystemError.latest
      close(file)
      throw .cannotRead(path: path, reason: error.text)
    }
    var magic = [UInt8](repeating: 0, count: Self.packedMagic.count)
    let isPacked = pread(file, &magic, magic.count, 0) == magic.count && magic == Self.packedMagic
    byteCount = isPacked ? nil : Int(status.st_size)
    do throws(ImageError) {
      unpacking = isPacked ? try Unpacking(file, path: path, isInterrupted: isInterrupted) : nil
    } catch {
      close(file)
      throw error
    }
  }

  deinit { close(file) }

  /// How many of the pieces before `end` hold data, as far as that is known before they are read.
  func dataChunkCount(before end: Int) -> Int? {
    guard byteCount != nil else { return nil }
    var count = 0
    var position = 0
    while position < end {
      let data = lseek(file, position, Self.seekData)
      if data < 0 && errno == ENXIO { break }
      position = max(position, data) / Self.chunkBytes * Self.chunkBytes
      if position < end { count += 1 }
      position += Self.chunkBytes
    }
    return count
  }

  /// The next piece, from a multiple of ``chunkBytes`` on; nil at the end. Of a sparse file's holes nothing is read.
  func next() throws(ImageError) -> Chunk? {
    let chunk = if let unpacking { try unpacked(unpacking) } else { try raw() }
    offset += chunk?.count ?? 0
    return chunk
  }

  private func raw() throws(ImageError) -> Chunk? {
    guard let byteCount, offset < byteCount else { return nil }
    let count = min(Self.chunkBytes, byteCount - offset)
    let data = lseek(file, offset, Self.seekData)
    // Where file systems know no holes, all is data.
    if data < 0 && errno == ENXIO || data >= offset + count { return .zeros(count: count) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress! + filled, count - filled, offset + filled)
      }
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else {
        let why = result == 0 ? "it shrank meanwhile" : SystemError.latest.text
        throw .cannotRead(path: path, reason: why)
      }
      filled += result
    }
    return Self.chunk(bytes)
  }

  private func unpacked(_ child: Unpacking) throws(ImageError) -> Chunk? {
    let bytes = try child.read(Self.chunkBytes)
    return bytes.isEmpty ? nil : Self.chunk(bytes)
  }

  private static func chunk(_ bytes: [UInt8]) -> Chunk {
    bytes.isZero ? .zeros(count: bytes.count) : .data(bytes)
  }

  /// SEEK_DATA, which the C library shows to GNU programs only.
  private static let seekData: Int32 = 3
}

extension [UInt8] {
  /// Whether nothing else than zeros is in it, which is the more often asked the larger it is.
  var isZero: Bool {
    withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, let first = bytes.first else { return true }
      return first == 0 && memcmp(start, start + 1, bytes.count - 1) == 0
    }
  }
}
