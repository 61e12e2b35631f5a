import Foundation
import TestKit

/// A log of a test's own, in a file.
struct RecordedLog {
  enum Write {
    /// Sectors from the first on, each full of one byte.
    case write(UInt64, [UInt8], durable: Bool = false)
    case flush
    case discard(UInt64, UInt64)
  }

  let folder: TemporaryFolder
  var path: String { folder.path("log") }
  let entries: [WriteLog.Entry]

  init(_ writes: [Write]) throws {
    folder = try TemporaryFolder()
    var data = Self.sector([0x6a_736677_736872, 1, UInt64(writes.count), 512])
    for write in writes {
      switch write {
      case .write(let first, let bytes, let durable):
        data += Self.sector([first, UInt64(bytes.count), durable ? 2 : 0, 0])
        for byte in bytes { data += [UInt8](repeating: byte, count: 512) }
      case .flush: data += Self.sector([0, 0, 1, 0])
      case .discard(let first, let count): data += Self.sector([first, count, 4, 0])
      }
    }
    try folder.write("log", data)
    entries = try WriteLog(path: folder.path("log")).entries
  }

  func read() throws -> WriteLog { try WriteLog(path: path) }

  func truncate(by count: UInt64) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.truncate(atOffset: try file.seekToEnd() - count)
  }

  func overwrite(at offset: UInt64, with bytes: [UInt8]) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seek(toOffset: offset)
    try file.write(contentsOf: Data(bytes))
  }

  private static func sector(_ words: [UInt64]) -> [UInt8] {
    let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }
}
