import Basics
import CLinux
import Linux

/// Where the bytes of a slot image come from: a file, or standard input.
final class ImageSource {
  let path: [UInt8]
  /// Nil for standard input.
  private let file: DiskFile?
  private var position: UInt64 = 0

  /// `-` is standard input.
  init(_ path: [UInt8]) throws(ImageError) {
    self.path = path
    do throws(Errno) {
      file = "-" ~= path ? nil : try DiskFile(path: path, for: .reading)
    } catch {
      throw .source(path, error, touched: nil)
    }
  }

  /// Known for a file alone.
  var byteCount: UInt64? { file?.byteCount }

  /// Begins anew; only a file can.
  func rewind() { position = 0 }

  /// The next bytes, `count` of them unless the end is near; none at the end.
  func next(_ count: Int) throws(Errno) -> [UInt8] {
    guard let file else { return try Self.standardInput(count) }
    let piece = try file.read(Int(min(UInt64(count), file.byteCount - position)), at: position)
    position += UInt64(piece.count)
    return piece
  }

  private static func standardInput(_ count: Int) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let taken = bytes.withUnsafeMutableBytes { clinux_read(0, $0.baseAddress! + done, count - done) }
      guard taken >= 0 else { throw Errno("read", Errno.Code(number: Int32(truncatingIfNeeded: 0 &- taken))) }
      if taken == 0 { break }
      done += taken
    }
    return Array(bytes[..<done])
  }
}
