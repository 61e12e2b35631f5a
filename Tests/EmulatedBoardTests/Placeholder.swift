import Disk
import Testing

@Test func theDiskIsWrittenInSectors() { #expect(DiskLayout.sector == 512) }
