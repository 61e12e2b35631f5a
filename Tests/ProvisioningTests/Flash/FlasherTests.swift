import Foundation
import Images
import Testing

@testable import Provisioning

@Suite(.serialized) struct FlasherTests {
  private typealias Problem = Flasher<MemoryDisk>.Problem

  private func flash(
    _ path: String, to disk: MemoryDisk, verifies: Bool = true, stopAfter: Int = .max
  ) throws(Problem) -> Flasher<MemoryDisk>.Outcome {
    var asked = 0
    let image: BoardImage
    do throws(ImageError) { image = try BoardImage(path: path) } catch { throw .image(error) }
    return try Flasher(
      target: disk, verifies: verifies,
      isInterrupted: {
        asked += 1
        return asked > stopAfter
      }
    ).flash(image)
  }

  /// What the disk must hold of the image, and how much of what it held before is gone.
  private func check(_ disk: MemoryDisk, _ image: TestImage, data: [Int] = TestImage.data) throws {
    for index in [0] + data {
      let expected = try image.bytes(mebibyte: index)
      #expect(disk.written[index] == expected, "MiB \(index)")
    }
    for index in 0..<960 where index > 0 && !data.contains(index) {
      // Behind what stands in a slot nobody looks; the first MiB of an empty slot is looked at.
      let isFree = 67..<256 ~= index || 257..<448 ~= index
      #expect(disk.written[index]?.isZero == (isFree ? nil : true), "MiB \(index)")
    }
  }

  @Test func theDiskIsTheImageWhereverSomethingIsLookedFor() throws {
    let (image, disk) = (try TestImage(), MemoryDisk())
    let outcome = try flash(image.path, to: disk)
    try check(disk, image)
    #expect(outcome.written == 10 << 20)
    #expect(outcome.verified == outcome.written + outcome.cleared)
    // The partition table goes first and comes last.
    #expect(disk.order.first == 0 && disk.order.last == 0 && disk.order.filter { $0 == 0 }.count == 2)
  }

  @Test func whatReadsAsZerosAlreadyIsNotWritten() throws {
    let (image, disk) = (try TestImage(), MemoryDisk())
    _ = try flash(image.path, to: disk)
    disk.order = []
    let again = try flash(image.path, to: disk)
    #expect(again.cleared == 0)
    #expect(disk.order == [0] + TestImage.data + [0])
  }

  @Test func shortWritesAndReadsAreCarriedOn() throws {
    let (image, disk) = (try TestImage(data: [1, 64, 66]), MemoryDisk())
    disk.piece = 300_000
    _ = try flash(image.path, to: disk)
    try check(disk, image, data: [1, 64, 66])
  }

  @Test func aPackedImageIsTheSame() throws {
    let (image, disk) = (try TestImage.packed.get(), MemoryDisk())
    _ = try flash(image.file("edge.img.xz"), to: disk)
    try check(disk, image)
  }

  @Test func aDamagedPackedImageIsNotBelieved() throws {
    let (image, disk) = (try TestImage.packed.get(), MemoryDisk())
    let packed = try Data(contentsOf: URL(fileURLWithPath: image.file("edge.img.xz")))
    // Its last third is gone: the first MiB are there, and more than they are not.
    let torn = try TestImage(data: [])
    try packed.prefix(packed.count * 2 / 3).write(to: URL(fileURLWithPath: torn.file("torn.img.xz")))
    let path = torn.file("torn.img.xz")
    #expect(throws: Problem.image(.damagedPacking(path: path))) { try flash(path, to: disk) }
    #expect(disk.written[0]?.isZero ?? true)
  }

  @Test(arguments: [0, 1, 5, 20]) func aFailedWriteLeavesADiskThatStartsNothing(after: Int) throws {
    let (image, disk) = (try TestImage(), MemoryDisk())
    disk.failure = (after, .inputOutput)
    let problem = #expect(throws: Problem.self) { try flash(image.path, to: disk) }
    guard case .cannotWrite(_, let error) = problem else {
      return #expect(Bool(false), "\(String(describing: problem))")
    }
    #expect(error == .inputOutput)
    #expect(after == 0 || disk.written[0]?.isZero == true)
  }

  @Test(arguments: [1, 5, 100, 700]) func anInterruptedDiskStartsNothing(after: Int) throws {
    let (image, disk) = (try TestImage(), MemoryDisk())
    #expect(throws: Problem.interrupted) { try flash(image.path, to: disk, stopAfter: after) }
    #expect(disk.written[0]?.isZero == true)
  }

  @Test(arguments: [(64, 64), (959, 959), (1, 1), (3, 3), (256, 256)])
  func whatReadsBackOtherwiseIsFound(rotten: Int, found: Int) throws {
    let (image, disk) = (try TestImage(), MemoryDisk())
    disk.rotten = rotten
    #expect(throws: Problem.differs(found << 20)) { try flash(image.path, to: disk) }
    #expect(disk.written[0]?.isZero == true)
    // Unless it is not wanted.
    let careless = MemoryDisk()
    careless.rotten = rotten
    let outcome = try flash(image.path, to: careless, verifies: false)
    #expect(outcome.verified == 0)
  }

  @Test func aPartitionTableThatReadsBackOtherwiseIsFound() throws {
    let (image, disk) = (try TestImage(), MemoryDisk())
    disk.rotten = 0
    #expect(throws: Problem.differs(0)) { try flash(image.path, to: disk) }
  }

  @Test func aFileInADisksPlaceIsReadPastTheCache() throws {
    let image = try TestImage(data: [1, 64])
    let target = try image.write("card", "")
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: target))
    try handle.truncate(atOffset: 1 << 30)
    try handle.close()
    let device = try DiskDevice(path: target)
    #expect(device.byteCount == 1 << 30)
    let outcome = try Flasher(target: device, verifies: true).flash(BoardImage(path: image.path))
    #expect(outcome == .init(written: 3 << 20, cleared: 0, verified: 3 << 20))
    for index in [0, 1, 64] {
      #expect(try image.bytes("card", mebibyte: index) == image.bytes(mebibyte: index))
    }
  }
}
