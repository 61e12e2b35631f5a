import Disk
import Foundation
import TestKit

/// A board's image as it was built, sparse, with some data here and there; and whatever else a test puts beside it.
public final class TestImage: Sendable {
  private let temporary: TemporaryFolder
  public var folder: String { temporary.path }

  public var path: String { file("edge.img") }

  /// Offsets in MiB of what has data beside the first one; slot b has none.
  public static let data = [1, 4, 5, 64, 65, 66, 448, 700, 959]

  public init(data: [Int] = TestImage.data, board: String = "rpi4") throws {
    temporary = try TemporaryFolder()
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: DiskLayout.diskByteCount)
    try handle.seek(toOffset: 0)
    try handle.write(contentsOf: Self.masterBootRecord(board))
    for mebibyte in data {
      try handle.seek(toOffset: UInt64(mebibyte) << 20 + 8_192)
      try handle.write(contentsOf: Data("data of MiB \(mebibyte)".utf8))
    }
    try handle.close()
  }

  public func file(_ name: String) -> String { temporary.path(name) }

  public func write(_ name: String, _ text: String) throws -> String {
    try temporary.write(name, text)
    return file(name)
  }

  /// Bytes of one of the files.
  public func bytes(_ name: String = "edge.img", _ region: DiskRegion) throws -> [UInt8] {
    try bytes(name, at: region.offset, Int(region.byteCount))
  }

  /// The first bytes, or all, of a MiB.
  public func bytes(_ name: String = "edge.img", mebibyte: Int, _ count: Int = 1 << 20) throws -> [UInt8] {
    try bytes(name, at: UInt64(mebibyte) << 20, count)
  }

  private func bytes(_ name: String, at offset: UInt64, _ count: Int) throws -> [UInt8] {
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file(name)))
    defer { try? handle.close() }
    try handle.seek(toOffset: offset)
    return Array(try handle.read(upToCount: count) ?? Data())
  }

  /// Bytes that it takes on the disk.
  public func room(_ name: String) throws -> Int {
    var status = stat()
    guard stat(file(name), &status) == 0 else { throw CocoaError(.fileNoSuchFile) }
    return Int(status.st_blocks) * 512
  }

  public func mode(_ name: String) throws -> Int? { try temporary.mode(name) }

  private static func masterBootRecord(_ board: String) -> Data {
    var record = Data(count: 512)
    func put(_ value: UInt32, _ offset: Int) {
      for index in 0..<4 { record[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
    put(DiskLayout.signature, 440)
    let name = Int(DiskLayout.boardName.offset)
    record.replaceSubrange(name..<name + board.utf8.count, with: board.utf8)
    let partitions = [DiskLayout.boot, DiskLayout.slot(.a), DiskLayout.slot(.b), DiskLayout.data]
    for (index, region) in partitions.enumerated() {
      put(UInt32(region.firstSector), 446 + 16 * index + 8)
      put(UInt32(region.sectorCount), 446 + 16 * index + 12)
    }
    record[510] = 0x55
    record[511] = 0xaa
    return record
  }
}

extension TestImage {
  /// One that has `edge.img.xz` beside it, for all tests: packing takes a while.
  public static let packed = Result {
    let image = try TestImage()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["xz", "-0", "-k", image.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
    return image
  }
}
