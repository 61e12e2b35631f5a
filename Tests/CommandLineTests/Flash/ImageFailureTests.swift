import Admin
import Disk
import Glibc
import Testing

@testable import Provisioning
@testable import peernet

/// What is told of images and disks that cannot be used.
@Suite struct ImageFailureTests {
  @Test func everyFaultOfAnImageHasItsStatusAndNamesTheFile() {
    func failure(_ error: ImageError) -> CommandError {
      let failure = CommandError(error)
      #expect(failure.what.hasSuffix(" edge\\u{001B}.img"))
      return failure
    }
    let path = "edge\u{1b}.img"
    #expect(failure(.cannotRead(path: path, reason: "it shrank meanwhile")).status == .io)
    #expect(failure(.cannotWrite(path: path, SystemError(number: ENOSPC))).status == .io)
    #expect(failure(.notAnImage(path: path)).status == .notAnImage)
    #expect(failure(.tooShort(path: path)).status == .notAnImage)
    #expect(failure(.damagedProvision(path: path, .checksum)).status == .notAnImage)
    #expect(failure(.noUnpacker(path: path, SystemError(number: ENOENT))).status == .configuration)
    #expect(failure(.damagedPacking(path: path)).status == .notAnImage)
  }

  @Test func everyRefusalHasItsStatusAndNamesTheDisk() {
    let disk = DiskSnapshot(name: "sdb", bytes: 32_000_000_000, connection: .usb)
    func failure(_ refusal: DiskSnapshot.Refusal) -> CommandError {
      let failure = CommandError(refusal, disk, imageBytes: 960 << 20)
      #expect(failure.line.contains("sdb"))
      return failure
    }
    #expect(failure(.partition(of: "sdb")).status == .notADisk)
    #expect(failure(.holdsSystem("/")).status == .builtInDisk)
    #expect(failure(.swap("x")).status == .diskInUse)
    #expect(failure(.mounted("/x")).status == .diskInUse)
    #expect(failure(.held("dm-0")).status == .diskInUse)
    #expect(failure(.noMedium).status == .notADisk)
    #expect(failure(.builtIn).status == .builtInDisk)
    #expect(failure(.readOnly).status == .readOnlyDisk)
    #expect(failure(.tooSmall).status == .diskTooSmall)
  }
}
