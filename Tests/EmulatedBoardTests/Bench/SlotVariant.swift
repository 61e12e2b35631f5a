import Disk
import Foundation
import Programs
import Sodium
import TestKit

/// Slot images made from the built one, to be tried.
struct SlotVariant {
  /// What stands in a slot.
  private let image: [UInt8]
  private let header: SlotHeader

  /// Reads the image that Scripts/image left.
  init() throws {
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Repository.built("slot-qemu-virt.img"))))
    header = try SlotHeader(startOf: Array(file.prefix(SlotHeader.byteCount)))
    image = Array(file.dropFirst(SlotHeader.byteCount))
  }

  private var boot: ArraySlice<UInt8> { image[(Int(header.offset) + SlotHeader.byteCount)...] }

  /// Writes it to `folder` with another version and whatever `change` does to its root; returns where.
  func changed(
    to version: String, in folder: String, _ change: (_ root: String) throws -> Void = { _ in }
  ) async throws -> String {
    let (root, old, new) = ("\(folder)/\(version)", "\(folder)/\(version).old", "\(folder)/\(version).squashfs")
    try Data(image[..<Int(header.offset)]).write(to: URL(fileURLWithPath: old))
    try await Command.demand(["unsquashfs", "-q", "-n", "-d", root, old])
    try "version=\(version)\nboard=qemu-virt\n".write(
      toFile: root + "/etc/board/release", atomically: false, encoding: .utf8)
    try change(root)
    try await Command.demand(
      [
        "mksquashfs", root, new, "-quiet", "-no-progress", "-all-root", "-no-xattrs", "-comp", "zstd",
        "-Xcompression-level", "1",
      ])
    let squashfs = [UInt8](try Data(contentsOf: URL(fileURLWithPath: new)))
    for path in [root, old, new] { try FileManager.default.removeItem(atPath: path) }
    return try write(squashfs, Array(boot), version: version, in: folder)
  }

  /// Writes it to `folder` with a byte of the kernel changed after it was made, under a header that vouches for it all.
  func withDamagedKernel(in folder: String) throws -> String {
    var boot = Array(boot)
    boot[boot.count / 2] ^= 0x40
    return try write(Array(image[..<Int(header.offset)]), boot, version: "damaged", in: folder)
  }

  private func write(_ squashfs: [UInt8], _ boot: [UInt8], version: String, in folder: String) throws -> String {
    let header = try SlotHeader(
      squashfsSectors: UInt32(squashfs.count / DiskLayout.sector), fitSectors: UInt32(boot.count / DiskLayout.sector),
      version: Array(version.utf8), board: self.header.board, contentHash: SHA256.hash(squashfs + boot))
    let path = "\(folder)/\(version).img"
    try Data(header.encode() + squashfs + header.encode() + boot).write(to: URL(fileURLWithPath: path))
    return path
  }
}
