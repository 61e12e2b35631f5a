import Disk
import Testing

struct DiskLayoutTests {
  @Test func regionsFollowEachOtherWithoutOverlap() {
    let regions = [
      DiskLayout.slotEnvironment(.first), DiskLayout.slotEnvironment(.second), DiskLayout.provision(.first),
      DiskLayout.provision(.second), DiskLayout.revocations, DiskLayout.boot, DiskLayout.slot(.a), DiskLayout.slot(.b),
      DiskLayout.data,
    ]
    // The master boot record comes first.
    var end = UInt64(DiskLayout.sector)
    for region in regions {
      #expect(region.offset >= end)
      #expect(region.offset % UInt64(DiskLayout.block) == 0)
      #expect(region.byteCount % UInt64(DiskLayout.block) == 0)
      end = region.offset + region.byteCount
    }
    #expect(end == DiskLayout.diskByteCount)
  }

  @Test func placesAreThoseThatTheBootScriptReads() {
    #expect(DiskLayout.slotEnvironment(.first).firstSector == 2048)
    #expect(DiskLayout.slotEnvironment(.second).firstSector == 3072)
    #expect(DiskLayout.slotEnvironment(.first).sectorCount == 8)
    #expect(DiskLayout.slot(.a).firstSector == 131_072)
    #expect(DiskLayout.slot(.b).firstSector == 524_288)
    #expect(DiskLayout.data.firstSector == 917_504)
  }
}
