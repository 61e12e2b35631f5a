import Testing

@testable import Provisioning

@Suite struct DiskSnapshotTests {
  private static let image = 960 << 20

  private func refusal(
    _ kernel: FakeKernel, _ major: UInt32, _ minor: UInt32, allowsBuiltIn: Bool = false
  ) throws -> DiskSnapshot.Refusal? {
    try #require(DiskSnapshot(DeviceNumber(major, minor), root: kernel.root))
      .refusal(imageBytes: Self.image, allowsBuiltIn: allowsBuiltIn)
  }

  @Test func aStickMayBeOverwritten() throws {
    let kernel = try FakeKernel()
    try kernel.addStick()
    try kernel.write("/run/udev/data/b8:17", "S:disk/by-label/OLD\nE:ID_FS_TYPE=vfat\nE:ID_FS_LABEL=OLD\u{1b}[2J\n")
    let disk = try #require(DiskSnapshot(DeviceNumber(8, 16), root: kernel.root))
    #expect(disk.name == "sdb" && disk.model == "SanDisk Ultra" && disk.connection == .usb)
    #expect(disk.bytes == 32_000_000_000 && disk.isRemovable && !disk.isReadOnly && disk.parent == nil)
    #expect(
      disk.partitions == [
        .init(name: "sdb1", bytes: 256_000_000, contents: "vfat OLD\\u{001B}[2J"),
        .init(name: "sdb2", bytes: 256_000_000),
      ])
    #expect(disk.refusal(imageBytes: Self.image, allowsBuiltIn: false) == nil)
    #expect(disk.refusal(imageBytes: 32_000_000_001, allowsBuiltIn: false) == .tooSmall)
    #expect(DiskSnapshot(DeviceNumber(8, 99), root: kernel.root) == nil)
  }

  @Test func aUSBDiskNeedNotCallItselfRemovable() throws {
    let kernel = try FakeKernel()
    try kernel.device(FakeKernel.stick, "8:16")
    #expect(try refusal(kernel, 8, 16) == nil)
  }

  @Test func aCardMayBeOverwrittenButNoSolderedMemory() throws {
    for (type, expected) in [("SD", nil), ("MMC", DiskSnapshot.Refusal.builtIn)] {
      let kernel = try FakeKernel()
      try kernel.device(FakeKernel.card, "179:0", ["device/type": type, "device/name": "SC32G"])
      #expect(try refusal(kernel, 179, 0) == expected)
    }
  }

  @Test func aBuiltInDiskHasToBeAskedFor() throws {
    let kernel = try FakeKernel()
    try kernel.device(FakeKernel.internalDisk, "259:0")
    #expect(try refusal(kernel, 259, 0) == .builtIn)
    #expect(try refusal(kernel, 259, 0, allowsBuiltIn: true) == nil)
    try kernel.device("virtual/block/loop0", "7:0")
    #expect(try refusal(kernel, 7, 0) == .builtIn)
  }

  @Test(arguments: ["/", "/boot", "/boot/efi", "/boot/firmware", "/home", "/usr", "/var"])
  func theDiskThisComputerRunsFromIsNever(place: String) throws {
    let kernel = try FakeKernel()
    try kernel.addStick()
    try kernel.mount("8:17", "/media/other", "/dev/sdb1")
    try kernel.mount("8:18", place, "/dev/sdb2")
    #expect(try refusal(kernel, 8, 16, allowsBuiltIn: true) == .holdsSystem(place))
  }

  @Test func theSystemIsFoundThroughWhatIsBuiltOnTheDisk() throws {
    // nvme0n1p2 carries an encrypted volume, and that a logical one with /.
    let kernel = try FakeKernel()
    let part = FakeKernel.internalDisk + "/nvme0n1p2"
    try kernel.device(FakeKernel.internalDisk, "259:0")
    try kernel.partition(part, "259:2")
    try kernel.device("virtual/block/dm-0", "253:0", ["dm/name": "crypt"])
    try kernel.device("virtual/block/dm-1", "253:1", ["dm/name": "vg-root"])
    try kernel.hold(part, "dm-0")
    try kernel.hold("virtual/block/dm-0", "dm-1")
    #expect(try refusal(kernel, 259, 0, allowsBuiltIn: true) == .held("dm-0 (crypt)"))
    // A file system over several disks is known by its source only.
    try kernel.mount("0:45", "/", "/dev/mapper/vg-root")
    #expect(try refusal(kernel, 259, 0, allowsBuiltIn: true) == .holdsSystem("/"))
  }

  @Test func whatIsMountedIsLeftAlone() throws {
    for (number, source) in [("8:16", "/dev/sdb"), ("8:18", "/dev/sdb2"), ("0:50", "/dev/sdb2"), ("8:17", "/dev/root")]
    {
      let kernel = try FakeKernel()
      try kernel.addStick()
      try kernel.mount(number, "/media/my\\040card", source)
      #expect(try refusal(kernel, 8, 16, allowsBuiltIn: true) == .mounted("/media/my card"))
    }
    // Another disk's mounts are no matter.
    let kernel = try FakeKernel()
    try kernel.addStick()
    try kernel.mount("8:33", "/media/c", "/dev/sdc1")
    try kernel.mount("8:1", "/", "/dev/sda1")
    #expect(try refusal(kernel, 8, 16) == nil)
  }

  @Test func swapIsLeftAlone() throws {
    let kernel = try FakeKernel()
    try kernel.addStick()
    try kernel.write(
      "/proc/swaps", "Filename\tType\n/swapfile file 1 0 -2\n/dev/sdb2                partition\t1\t0\t-3\n")
    #expect(try refusal(kernel, 8, 16, allowsBuiltIn: true) == .swap("/dev/sdb2"))
  }

  @Test func aPartOfAnArrayIsLeftAlone() throws {
    let kernel = try FakeKernel()
    try kernel.addStick()
    try kernel.device("virtual/block/md127", "9:127")
    try kernel.hold(FakeKernel.stick + "/sdb1", "md127")
    #expect(try refusal(kernel, 8, 16, allowsBuiltIn: true) == .held("md127"))
  }

  @Test func aPartitionIsNoDisk() throws {
    let kernel = try FakeKernel()
    try kernel.addStick()
    #expect(try refusal(kernel, 8, 17) == .partition(of: "sdb"))
  }

  @Test func readOnlyEmptyAndSmall() throws {
    for (files, bytes, expected) in [
      (["ro": "1"], 32_000_000_000, DiskSnapshot.Refusal.readOnly), ([:], 0, .noMedium), ([:], 500_000_000, .tooSmall),
      (["size": "99999999999999999999"], 0, .noMedium), (["size": "9223372036854775807"], 0, .noMedium),
    ] {
      let kernel = try FakeKernel()
      try kernel.device(FakeKernel.stick, "8:16", bytes: bytes, files)
      #expect(try refusal(kernel, 8, 16) == expected)
    }
  }
}
