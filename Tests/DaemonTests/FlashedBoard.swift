import Boards
import Disk
import Foundation
import PeerNet
import Sodium
import TestKit

/// A board whose disk is a sparse file: slot a is confirmed and runs, slot b is empty.
final class FlashedBoard {
  let board: TestBoard
  var folder: TemporaryFolder { board.folder }
  private var disk: URL { folder.url.appending(path: "disk") }

  init() throws {
    board = try TestBoard()
    try folder.write("disk", [UInt8]())
    let handle = try FileHandle(forWritingTo: disk)
    try handle.truncate(atOffset: DiskLayout.diskByteCount)
    try handle.close()
    let empty = [UInt8](repeating: 0, count: SlotEnvironment.byteCount)
    let update = SlotEnvironmentPair(first: empty, second: empty).update(to: SlotEnvironment(confirmed: .a))
    try write(update.bytes, at: DiskLayout.slotEnvironment(.first).offset)
    try write(update.bytes, at: DiskLayout.slotEnvironment(.second).offset)
    try folder.write("release", "version=7.0\nboard=rpi4\n")
    try folder.write("facts", "boot.reason=watchdog\nboot.detail=no pet for 30 s\ndata=repaired\n")
    try running(.a)
    try configure()
  }

  /// The configuration, with further lines of the sections `[node]` and `[image]`.
  func configure(interfaces: String = "lo", image: String = "patience = 1h") throws {
    try board.configure()
    let common = String(decoding: folder.read("peernetd.conf") ?? [], as: UTF8.self)
    try folder.write(
      "peernetd.conf",
      common.replacing("interfaces = lo", with: "interfaces = \(interfaces)") + """

        [image]
        disk = \(disk.path)
        cmdline = \(folder.path("cmdline"))
        release = \(folder.path("release"))
        facts = \(folder.path("facts"))
        \(image.replacing("1h", with: "60m"))

        """)
  }

  /// What U-Boot says on the kernel's command line.
  func running(_ slot: Slot, isTrial: Bool = false) throws {
    let letter = String(UnicodeScalar(slot.letter))
    try folder.write("cmdline", "console=ttyS0 board.slot=\(letter) board.trial=\(isTrial ? 1 : 0) quiet\n")
  }

  /// Starts the board anew, as its boot script would.
  func boot() throws {
    let choice = BootChoice.choose(try environments()) { _ in true }
    if let update = choice.update { try write(update.bytes, at: update.offset) }
    try running(choice.slot, isTrial: choice.isTrial)
  }

  /// With `by`, the words before the command.
  func run(_ arguments: String..., input: String? = nil, by words: [String] = []) async throws -> DaemonProcess.Ended {
    try await DaemonProcess(
      arguments + ["--config", folder.path("peernetd.conf")], in: folder, input: input, by: words
    ).end(within: .seconds(60))
  }

  // MARK: The disk

  func read(_ count: Int, at offset: UInt64) throws -> [UInt8] {
    let handle = try FileHandle(forReadingFrom: disk)
    defer { try? handle.close() }
    try handle.seek(toOffset: offset)
    return [UInt8](try handle.read(upToCount: count) ?? Data())
  }

  func write(_ bytes: [UInt8], at offset: UInt64) throws {
    let handle = try FileHandle(forWritingTo: disk)
    defer { try? handle.close() }
    try handle.seek(toOffset: offset)
    try handle.write(contentsOf: Data(bytes))
  }

  func environments() throws -> SlotEnvironmentPair {
    SlotEnvironmentPair(
      first: try read(SlotEnvironment.byteCount, at: DiskLayout.slotEnvironment(.first).offset),
      second: try read(SlotEnvironment.byteCount, at: DiskLayout.slotEnvironment(.second).offset))
  }

  func environment() throws -> SlotEnvironment? { try environments().current }

  func revoked() throws -> [PublicKey] {
    RevocationLog(scanning: try read(RevocationLog.byteCount, at: DiskLayout.revocations.offset)).keys
  }

  /// Takes the disk away, and gives it back.
  func hideDisk() throws { try FileManager.default.moveItem(at: disk, to: folder.url.appending(path: "hidden")) }
  func showDisk() throws { try FileManager.default.moveItem(at: folder.url.appending(path: "hidden"), to: disk) }
}

/// Slot images of 600 kB, more than is written at once.
enum TestImage {
  /// What stands in a slot.
  static func bytes(version: String = "7.1", board: String = "rpi4", squashfs length: Int = 500_000) throws -> [UInt8] {
    let (squashfs, header, fit) = try parts(version, board, length)
    return squashfs + header.encode() + fit
  }

  /// The file of an image: a copy of its header, then what stands in the slot.
  static func file(version: String = "7.1", board: String = "rpi4", squashfs length: Int = 500_000) throws -> [UInt8] {
    let (squashfs, header, fit) = try parts(version, board, length)
    return header.encode() + squashfs + header.encode() + fit
  }

  /// A file whose first header claims more than a slot holds.
  static func tooLarge(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    bytes.replaceSubrange(8..<12, with: [0, 0, 255, 0])
    bytes.replaceSubrange(4_064..<4_096, with: SHA256.hash(Array(bytes[..<4_064])).bytes)
    return bytes
  }

  private static func parts(
    _ version: String, _ board: String, _ length: Int
  ) throws -> (squashfs: [UInt8], header: SlotHeader, fit: [UInt8]) {
    var squashfs = Array("hsqs".utf8) + (4..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    for index in 0..<8 { squashfs[40 + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
    squashfs += [UInt8](repeating: 0, count: (4096 - length % 4096) % 4096)
    let fit = (0..<200 * 512).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let header = try SlotHeader(
      squashfsSectors: UInt32(squashfs.count / 512), fitSectors: UInt32(fit.count / 512), version: Array(version.utf8),
      board: Array(board.utf8), contentHash: SHA256.hash(squashfs + fit))
    return (squashfs, header, fit)
  }
}
