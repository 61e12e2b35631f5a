import Admin
import Boards
import Disk
import Foundation
import Images
import TestKit
import Testing

@testable import Provisioning
@testable import peernet

/// `peernet flash` by the built binary; with real block devices where they can be made.
@Suite(.serialized) struct FlashCommandTests {
  private func expect(
    _ outcome: Laptop.Outcome, _ status: Admin.ExitStatus, _ talk: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status.rawValue, "\(outcome.talk)", sourceLocation: sourceLocation)
    let last = outcome.talk.split(separator: "\n").last ?? ""
    #expect(last.hasPrefix("peernet: ") && last.contains(talk), "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  }

  /// A card of 1 GiB with old data in its first MiB, as a loop device.
  private func card(_ image: TestImage, bytes: UInt64 = 1 << 30) throws -> String {
    let path = try image.write("card", String(repeating: "old", count: 300_000))
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: bytes)
    try handle.close()
    return path
  }

  /// A program in xz's place.
  private func falseXZ(_ image: TestImage, _ script: String) throws -> [String: String] {
    try ProgramFile.write("#!/bin/sh\n" + script, to: image.folder + "/xz")
    return ["PATH": image.folder + ":/usr/bin:/bin"]
  }

  @Test func whatIsNoImageIsNotWritten() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let text = try image.write("text", "no image\n")
    expect(try await laptop.run("flash", text, "/dev/null"), .notAnImage, "make image")
    expect(try await laptop.run("flash", image.file("nowhere"), "/dev/null"), .io, "No such file")
    expect(try await laptop.run("flash", image.folder, "/dev/null"), .io, "no regular file")
    // Ours by its partitions, but cut short; and with one byte of the signature wrong.
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: image.path))
    try handle.truncate(atOffset: 900 << 20)
    expect(try await laptop.run("flash", image.path, "/dev/null"), .notAnImage, "ends before")
    try handle.truncate(atOffset: 960 << 20)
    try handle.seek(toOffset: 440)
    try handle.write(contentsOf: Data([0]))
    try handle.close()
    expect(try await laptop.run("flash", image.path, "/dev/null"), .notAnImage, "no image of a board")
  }

  @Test func whatIsNoDiskIsNotWritten() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let file = try image.write("file", "kept")
    expect(try await laptop.run("flash", image.path, file, "--yes"), .notADisk, "no block device")
    expect(try await laptop.run("flash", image.path, "/dev/null", "--yes"), .notADisk, "no block device")
    expect(try await laptop.run("flash", image.path, "/dev/nowhere", "--yes"), .notADisk, "No such file")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
  }

  @Test(.enabled(if: LoopDevice.isAvailable)) func aDiskIsRefusedForWhatItIs() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let card = try card(image)
    let disk = try LoopDevice(card)
    expect(try await laptop.run("flash", image.path, disk.path, "--yes"), .builtInDisk, "--internal")
    // Nobody confirmed it.
    expect(try await laptop.run("flash", image.path, disk.path, "--internal"), .usage, "--yes")
    // Somebody else has it, which no file of /proc tells.
    let holder = open(disk.path, O_RDONLY | O_EXCL)
    expect(try await laptop.run("flash", image.path, disk.path, "--internal", "--yes"), .diskInUse, "unmount")
    close(holder)
    let locked = try LoopDevice(card, options: ["-r"])
    expect(try await laptop.run("flash", image.path, locked.path, "--internal", "--yes"), .readOnlyDisk, "lock switch")
    let small = try LoopDevice(image.write("small", String(repeating: "x", count: 4_096)))
    expect(try await laptop.run("flash", image.path, small.path, "--internal", "--yes"), .diskTooSmall, "1.0 GB")
    #expect(try image.bytes("card", mebibyte: 0, 6) == Array("oldold".utf8))
  }

  @Test(.enabled(if: LoopDevice.isAvailable)) func aMountedDiskIsRefused() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let disk = try LoopDevice(card(image))
    // In a mount namespace of its own, which ends with it.
    let outcome = try await laptop.shell(
      """
      PATH=/usr/sbin:/sbin:$PATH; export PATH; shift
      exec unshare -m sh -c 'mkfs.ext4 -qF "$2" 2>/dev/null && mkdir "$3" && mount "$2" "$3" && exec "$0" flash "$1" "$2" --internal --yes' \
        "$0" "$@"
      """, image.path, disk.path, image.file("my card"))
    expect(outcome, .diskInUse, "/my card; unmount")
  }

  @Test(.enabled(if: LoopDevice.isAvailable)) func aTerminalIsAskedForTheDisksName() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: [1]))
    let disk = try LoopDevice(card(image))
    let name = (disk.path as NSString).lastPathComponent
    for (answer, status) in [("y", Int32(64)), (name, 0)] {
      let asked = try await laptop.shell(
        "shift; printf '%s\\n' '\(answer)' | NO_COLOR=1 exec script -qec \"'$0' flash '$1' '$2' --internal\" /dev/null",
        image.path, disk.path)
      #expect(asked.status == status && asked.output.contains("Type \(name) to overwrite"), "\(asked.output)")
      #expect(asked.output.contains("edge.img, for rpi4, not provisioned"), "\(asked.output)")
    }
  }

  @Test(.enabled(if: LoopDevice.isAvailable)) func aDiskIsWrittenAndReadBack() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let card = try card(image)
    let disk = try LoopDevice(card)
    let outcome = try await laptop.run("flash", image.path, disk.path, "--internal", "--yes", "--json")
    #expect(outcome.status == 0 && outcome.talk.isEmpty, "\(outcome.talk)")
    let told = try #require(try outcome.json.first)
    #expect(told["written"] as? Int == 10 << 20 && told["cleared"] as? Int == 0 && told["verified"] as? Bool == true)
    #expect(told["board"] as? String == "rpi4")
    for index in [0, 1, 2, 3, 64, 256, 448, 959] {
      #expect(try image.bytes("card", mebibyte: index) == image.bytes(mebibyte: index), "MiB \(index)")
    }
    // For people, with progress; a packed one, and one that nobody wants read back.
    let packed = try TestImage.packed.get().file("edge.img.xz")
    let again = try await laptop.run(
      "flash", packed, disk.path, "--internal", "--yes", "--no-verify")
    #expect(again.status == 0 && again.talk.contains("100 %") && again.talk.contains("not verified"), "\(again.talk)")
    #expect(!again.talk.contains("verifying"))
  }

  @Test(.enabled(if: LoopDevice.isAvailable)) func anInterruptedDiskIsToldOfAndStartsNothing() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let disk = try LoopDevice(card(image))
    let packed = try TestImage.packed.get().file("edge.img.xz")
    let environment = try falseXZ(image, "/usr/bin/xz -dc | head -c 100000000; kill -TERM $PPID; exec sleep 25\n")
    let outcome = try await laptop.run(
      "flash", packed, disk.path, "--internal", "--yes", environment: environment)
    expect(outcome, .halfWritten, "interrupted")
    #expect(try image.bytes("card", mebibyte: 0).isZero)
  }

  @Test(.enabled(if: LoopDevice.isAvailable)) func aBadCardIsFoundAndStartsNothing() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let card = try card(image)
    let disk = try LoopDevice(card)
    let packed = try TestImage.packed.get().file("edge.img.xz")
    // By the time that 702 MiB were taken, eight with data are on the disk; then one of them changes.
    let environment = try falseXZ(
      image,
      """
      /usr/bin/xz -dc > '\(image.file("raw"))'
      head -c \(702 << 20) '\(image.file("raw"))'
      printf X | dd of='\(card)' bs=1 seek=\(64 << 20) conv=notrunc 2>/dev/null
      tail -c +\(702 << 20 + 1) '\(image.file("raw"))'
      """)
    let outcome = try await laptop.run(
      "flash", packed, disk.path, "--internal", "--yes", environment: environment)
    expect(outcome, .notVerified, "byte \(64 << 20)")
    #expect(try image.bytes("card", mebibyte: 0).isZero)
  }

  @Test func withoutXZAPackedImageIsNotRead() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    let packed = try TestImage.packed.get().file("edge.img.xz")
    let outcome = try await laptop.run(
      "flash", packed, "/dev/null", environment: ["PATH": image.folder])
    expect(outcome, .configuration, "install xz-utils")
  }
}
