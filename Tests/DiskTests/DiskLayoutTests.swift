import Disk
import Testing

@Test func aSectorIs512Bytes() { #expect(DiskLayout.sector == 512) }
