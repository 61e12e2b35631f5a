import Boards
import Disk
import Foundation
import PeerNet
import TestKit
import Testing

@testable import peernetd

/// `peernetd slot` on a disk that is a file.
@Suite struct SlotCommandTests {
  private let board: FlashedBoard
  /// What stands in a slot.
  private let image: [UInt8]
  /// The same as a file.
  private let download: [UInt8]
  private var file: String { board.folder.path("slot-rpi4.img") }

  init() throws {
    board = try FlashedBoard()
    image = try TestImage.bytes()
    download = try TestImage.file()
    try board.folder.write("slot-rpi4.img", download)
  }

  private func slot(_ slot: Slot) throws -> [UInt8] { try board.read(image.count, at: DiskLayout.slot(slot).offset) }

  @Test func statusOfANewBoard() async throws {
    for ended in [try await board.run("slot"), try await board.run("slot", "status")] {
      #expect(
        ended
          == .init(
            exitCode: 0, output: "running   a\nconfirmed a\nslot a    no image\nslot b    no image\n", errors: ""))
    }
  }

  @Test func aWholeUpdate() async throws {
    let size = image.count
    let written = try await board.run("slot", "write", file)
    #expect(written.exitCode == 0)
    #expect(
      written.output
        == "slot b holds version 7.1 for rpi4, \(size) bytes; have the next boot try it: peernetd slot try\n")
    #expect(written.errors == "written \(size / 1024) of \(size / 1024) KiB\n")
    #expect(try slot(.b) == image)
    #expect(try slot(.a).allSatisfy { $0 == 0 })
    #expect(try board.environment()?.generation == 1)

    let tried = try await board.run("slot", "try")
    #expect(
      tried.output == "slot b is tried at the next boot: version 7.1 for rpi4, \(size) bytes; reboot to start it\n")
    #expect(try board.environment()?.trial == .b)

    // Not started yet.
    let early = try await board.run("slot", "confirm")
    #expect(early.exitCode == 101)
    #expect(early.errors == "peernetd: slot b is on trial and does not run yet; reboot to start it\n")

    try board.boot()
    let status = try await board.run("slot", "status")
    #expect(
      status.output == """
        running   b
        confirmed a
        trial     b, started 1 of 3 times
        slot a    no image
        slot b    version 7.1 for rpi4, \(size) bytes

        """)
    // Of a system on trial the other slot is the way back.
    let refused = try await board.run("slot", "write", file)
    #expect(refused.exitCode == 99)
    #expect(
      refused.errors
        == "peernetd: slot b is on trial; three boots roll it back, or confirm it: peernetd slot confirm\n"
    )
    #expect(try slot(.a).allSatisfy { $0 == 0 })

    let confirmed = try await board.run("slot", "confirm")
    #expect(confirmed == .init(exitCode: 0, output: "slot b is confirmed: it boots from now on\n", errors: ""))
    #expect(try board.environment()?.confirmed == .b)
    #expect(try board.environment()?.trial == nil)
    let generation = try board.environment()?.generation
    #expect(try await board.run("slot", "confirm").exitCode == 0)
    #expect(try board.environment()?.generation == generation)

    // From now on slot a is the idle one.
    try board.boot()
    #expect(try await board.run("slot", "write", file).output.hasPrefix("slot a holds version 7.1"))
    #expect(try slot(.a) == image)
  }

  @Test func anImageComesFromStandardInput() async throws {
    let ended = try await board.run("slot", "write", "-", input: file)
    #expect(ended.exitCode == 0, "\(ended.errors)")
    #expect(try slot(.b) == image)
  }

  @Test func whatIsWrittenIsNotOnTrialAnyMore() async throws {
    _ = try await board.run("slot", "write", file)
    _ = try await board.run("slot", "try")
    #expect(try await board.run("slot", "try").exitCode == 99)
    #expect(try await board.run("slot", "write", file).exitCode == 0)
    #expect(try board.environment()?.trial == nil)
    #expect(try await board.run("slot", "try").exitCode == 0)
  }

  // MARK: Refusals

  @Test func aSystemWithoutSlotsSaysSo() async throws {
    let line =
      "peernetd: this system does not run from a slot of a flashed disk; slots are for boards with our image\n"
    try board.folder.write("cmdline", "console=ttyS0 quiet board.slot=c\n")
    for arguments in [["status"], ["write", file], ["try"], ["confirm"]] {
      let ended = try await DaemonProcess(
        ["slot"] + arguments + ["--config", board.folder.path("peernetd.conf")], in: board.folder
      ).end()
      #expect(ended == .init(exitCode: 95, output: "", errors: line))
    }
    try board.running(.a)
    try board.board.configure()
    #expect(try await board.run("slot") == .init(exitCode: 95, output: "", errors: line))
  }

  @Test func whatIsNoImageIsRefusedBeforeAnythingIsTouched() async throws {
    let before = try await writeOther()
    var damaged = download
    damaged[300_000] ^= 1
    let noImage = "it is no slot image: there is no slot header"
    for (bytes, code, text) in [
      (Array("peernet".utf8), 83, noImage),
      ([UInt8](repeating: 0, count: 9000), 83, noImage),
      (image, 83, noImage),
      (Array(download.dropLast()), 83, "the image ends too early"),
      (download + [0], 83, "the image goes on behind its end"),
      (damaged, 83, "the image is damaged: its contents have another hash than its header says"),
      (Array(download[..<507_904]) + [UInt8](repeating: 0, count: 9000), 83, noImage),
    ] as [([UInt8], Int32, String)] {
      try board.folder.write("other.img", bytes)
      let ended = try await board.run("slot", "write", board.folder.path("other.img"))
      #expect(
        ended
          == .init(
            exitCode: code, output: "",
            errors: "peernetd: \(text); nothing was written, give a whole slot-BOARD.img\n"))
      #expect(try slot(.b) == before)
    }
  }

  @Test func anImageOfAnotherBoardIsRefused() async throws {
    let before = try await writeOther()
    try board.folder.write("other.img", try TestImage.file(board: "rpi3"))
    let ended = try await board.run("slot", "write", board.folder.path("other.img"))
    #expect(ended.exitCode == 96)
    #expect(
      ended.errors
        == "peernetd: the image is for the board rpi3, this one is rpi4; nothing was written, take the image of this board\n"
    )
    #expect(try slot(.b) == before)
    // Nor is one tried that stands there already.
    try board.write(try TestImage.bytes(board: "rpi3"), at: DiskLayout.slot(.b).offset)
    #expect(try await board.run("slot", "try").exitCode == 96)
    try board.folder.write("release", "version=7.0\n")
    let nameless = try await board.run("slot", "write", file)
    #expect(nameless.exitCode == 95)
    #expect(nameless.errors.contains("no board= in it"))
  }

  @Test func anImageThatIsTooLargeIsRefused() async throws {
    try board.folder.write("other.img", TestImage.tooLarge(download))
    let ended = try await board.run("slot", "write", board.folder.path("other.img"))
    #expect(ended.exitCode == 97)
    #expect(ended.errors.hasPrefix("peernetd: it is larger than a slot; nothing was written"))
  }

  /// Each is longer than what is read at once: the header with which a stream begins tells.
  @Test func aStreamThatIsNotOursTouchesNothing() async throws {
    let before = try await writeOther()
    _ = try await board.run("slot", "try")
    let page = (0..<20_000).flatMap { _ in Array("<p>404 Not Found</p>\n".utf8) }
    var damaged = download
    damaged[90] ^= 1
    // A sound header, but of another image: its squashfs has another length.
    var mixed = try TestImage.file(squashfs: 400_000)
    mixed.replaceSubrange(4_096..., with: image)
    for (bytes, code, text) in [
      (page, 83, "it is no slot image: there is no slot header"),
      (image, 83, "it is no slot image: there is no slot header"),
      (damaged, 83, "its slot header is damaged"),
      (mixed, 83, "its slot header is damaged"),
      (try TestImage.file(board: "rpi3"), 96, "the image is for the board rpi3, this one is rpi4"),
      (TestImage.tooLarge(download), 97, "it is larger than a slot"),
    ] as [([UInt8], Int32, String)] {
      try board.folder.write("other.img", bytes)
      let ended = try await board.run("slot", "write", "-", input: board.folder.path("other.img"))
      #expect(ended.exitCode == code)
      #expect(ended.errors.hasPrefix("peernetd: \(text); nothing was written, "), "\(ended.errors)")
      #expect(try slot(.b) == before, "\(text)")
      #expect(try board.environment()?.trial == .b)
    }
  }

  @Test func aDiskThatFailsOnTheWayLeavesAnEmptySlotAndSaysSo() async throws {
    try board.folder.write("slot.img", download)
    _ = try await writeOther()
    // Writes beyond the first half of the image fail.
    let blocks = (DiskLayout.slot(.b).offset + 300_000) / 512
    let limited = ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$@\"", "sh"]
    let ended = try await board.run("slot", "write", board.folder.path("slot.img"), by: limited)
    #expect(ended.exitCode == 74)
    #expect(
      ended.errors.hasPrefix(
        "peernetd: \(board.folder.path("disk")): write: File too large; slot b holds no image now, "),
      "\(ended.errors)")
    #expect(try slot(.b)[..<4_096].allSatisfy { $0 == 0 })
  }

  @Test func whatBreaksOnTheWayLeavesAnEmptySlot() async throws {
    _ = try await writeOther()
    _ = try await board.run("slot", "try")
    var damaged = download
    damaged[400_000] ^= 1
    // The squashfs has the announced length, but the header behind it is that of another version.
    var mixed = try TestImage.file(version: "7.2")
    mixed.replaceSubrange(4_096..., with: image)
    for (bytes, text) in [
      (damaged, "the image is damaged: its contents have another hash than its header says"),
      (mixed, "its slot header is damaged"), (Array(download.dropLast(512)), "the image ends too early"),
      (download + [0], "the image goes on behind its end"),
    ] {
      try board.folder.write("other.img", bytes)
      let ended = try await board.run("slot", "write", "-", input: board.folder.path("other.img"))
      #expect(ended.exitCode == 83)
      #expect(
        ended.errors.contains("peernetd: \(text); slot b holds no image now, give a whole slot-BOARD.img\n"),
        "\(ended.errors)")
      #expect(try slot(.b)[..<4096].allSatisfy { $0 == 0 })
      #expect(try board.environment()?.trial == nil)
      #expect(try await board.run("slot").output.hasSuffix("slot b    no image\n"))
    }
    let tried = try await board.run("slot", "try")
    #expect(tried.exitCode == 100)
    #expect(
      tried.errors
        == "peernetd: slot b cannot be tried: it is no slot image; write it first: peernetd slot write FILE\n"
    )
  }

  /// A download that failed before it began, or soon after.
  @Test(arguments: [0, 1, 4_095, 4_096, 4_191, 8_192, 100_000])
  func anInputThatEndsAtOnceTouchesNothing(_ count: Int) async throws {
    _ = try await board.run("slot", "write", file)
    _ = try await board.run("slot", "try")
    try board.folder.write("other.img", Array(download[..<count]))
    let ended = try await board.run("slot", "write", "-", input: board.folder.path("other.img"))
    #expect(ended.exitCode == 83)
    let text = count == 0 ? "there is nothing in it" : "the image ends too early"
    #expect(
      ended.errors == "peernetd: \(text); nothing was written, give a whole slot-BOARD.img\n", "\(ended.errors)")
    #expect(try slot(.b) == image)
    #expect(try board.environment()?.trial == .b)
  }

  @Test func aSlotThatDecaysIsNotTried() async throws {
    _ = try await board.run("slot", "write", file)
    var byte = try board.read(1, at: DiskLayout.slot(.b).offset + 450_000)
    byte[0] ^= 1
    try board.write(byte, at: DiskLayout.slot(.b).offset + 450_000)
    let ended = try await board.run("slot", "try")
    #expect(ended.exitCode == 100)
    #expect(ended.errors.contains("slot b cannot be tried: the image is damaged"))
    #expect(try board.environment()?.trial == nil)
  }

  @Test func theSlotThatRunsIsNotWritten() async throws {
    // Slot a is confirmed and did not load.
    try board.running(.b)
    let ended = try await board.run("slot", "write", file)
    #expect(ended.exitCode == 98)
    #expect(ended.errors.contains("slot b is the one that would be written, and this system runs from it"))
    #expect(try slot(.b).allSatisfy { $0 == 0 })
    #expect(try await board.run("slot", "confirm").exitCode == 0)
    #expect(try await board.run("slot", "write", file).output.hasPrefix("slot a holds"))
  }

  @Test func oneAtATime() async throws {
    try board.folder.write("run/slot.lock", [])
    let lock = open(board.folder.path("run/slot.lock"), O_RDWR)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX) == 0)
    let ended = try await board.run("slot", "write", file)
    #expect(ended.exitCode == 75)
    #expect(
      ended.errors == "peernetd: another peernetd slot command is at work; try again when it has ended\n")
  }

  @Test func aDiskThatIsNotThereIsTold() async throws {
    try board.hideDisk()
    let ended = try await board.run("slot", "try")
    #expect(ended.exitCode == 74)
    #expect(ended.errors.contains("/disk: open: No such file or directory; see that it is there"))
    let missing = try await board.run("slot", "write", "/nonesuch.img")
    #expect(missing.exitCode == 74)
  }

  @Test func damagedCopiesAreTold() async throws {
    for copy in DiskCopy.allCases { try board.write([1, 2, 3], at: DiskLayout.slotEnvironment(copy).offset) }
    #expect(
      try await board.run("slot").output.hasPrefix(
        "running   a\nconfirmed not known: both copies of slot.env are damaged\n"))
    // The slot that runs counts, and the next change makes a valid copy.
    _ = try await board.run("slot", "confirm")
    #expect(try board.environment()?.confirmed == .a)
  }

  /// A version before, whole, in slot b.
  private func writeOther() async throws -> [UInt8] {
    try board.folder.write("before.img", try TestImage.file(version: "6.9"))
    #expect(try await board.run("slot", "write", board.folder.path("before.img")).exitCode == 0)
    return try slot(.b)
  }
}
