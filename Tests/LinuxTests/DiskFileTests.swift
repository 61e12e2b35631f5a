import Foundation
import TestKit
import Testing

@testable import Linux

/// A file of 10,000 bytes in a disk's place.
@Suite final class DiskFileTests {
  private let folder: TemporaryFolder
  private var url: URL { folder.url.appending(path: "disk") }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("disk", (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
  }

  private func disk(_ access: DiskFile.Access) throws -> DiskFile {
    try DiskFile(path: Array(url.path.utf8), for: access)
  }

  @Test func readsAndOverwritesInPlace() throws {
    let disk = try disk(.writing)
    #expect(disk.byteCount == 10_000)
    #expect(try disk.read(3, at: 5000) == [5000, 5001, 5002].map { UInt8(truncatingIfNeeded: $0 * 7) })
    try disk.lock()
    try disk.write([9, 1, 2, 3, 9][1..<4], at: 9997)
    try disk.flush()
    disk.forgetCached(10_000, at: 0)
    #expect(try disk.read(4, at: 9996) == [UInt8(truncatingIfNeeded: 9996 * 7), 1, 2, 3])
    #expect(try disk.read(0, at: 10_000) == [])
    #expect(try Data(contentsOf: url).count == 10_000)
  }

  @Test func nothingReachesBeyondTheEnd() throws {
    let disk = try disk(.writing)
    for (count, offset) in [(1, 10_000), (2, 9_999), (10_001, 0), (1, UInt64.max), (2, UInt64.max)] {
      #expect(throws: Errno("read", .inputOutput)) { try disk.read(count, at: offset) }
      #expect(throws: Errno("write", .noSpace)) {
        try disk.write([UInt8](repeating: 0, count: count)[...], at: offset)
      }
    }
    #expect(try Data(contentsOf: url).count == 10_000)
  }

  @Test func whatIsOpenedToReadIsNotWritten() throws {
    let disk = try disk(.reading)
    #expect(throws: Errno.self) { try disk.write([1], at: 0) }
    #expect(try disk.read(2, at: 0) == [0, 7])
    #expect(throws: Errno("open", .noSuchFile)) { try DiskFile(path: Array("/nonesuch".utf8), for: .reading) }
  }
}
