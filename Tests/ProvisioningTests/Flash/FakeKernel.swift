import Foundation

/// A folder in which /sys, /proc and /run stand as on some computer.
final class FakeKernel {
  let root: String
  private var mounts: [String] = []

  init() throws {
    root = NSTemporaryDirectory() + "/kernel-\(UUID().uuidString)"
    for folder in ["/sys/dev/block", "/sys/class/block", "/proc/self", "/run/udev/data"] {
      try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
    }
    try write("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n")
    try mount("0:21", "/proc", "proc")
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func write(_ path: String, _ text: String) throws {
    let file = URL(fileURLWithPath: root + path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// A block device at a path below /sys/devices.
  func device(_ path: String, _ number: String, bytes: Int = 32_000_000_000, _ files: [String: String] = [:]) throws {
    let folder = "/sys/devices/" + path
    let defaults = ["dev": number, "size": "\(bytes / 512)", "ro": "0", "removable": "0"]
    for (name, text) in defaults.merging(files, uniquingKeysWith: { $1 }) {
      try write("\(folder)/\(name)", text + "\n")
    }
    let name = (path as NSString).lastPathComponent
    for link in ["/sys/dev/block/\(number)", "/sys/class/block/\(name)"] {
      try FileManager.default.createSymbolicLink(atPath: root + link, withDestinationPath: root + folder)
    }
  }

  func partition(_ path: String, _ number: String) throws {
    try device(path, number, bytes: 256_000_000, ["partition": "1"])
  }

  /// `holder` is built on the device.
  func hold(_ path: String, _ holder: String) throws { try write("/sys/devices/\(path)/holders/\(holder)", "") }

  func mount(_ number: String, _ place: String, _ source: String) throws {
    mounts.append("\(mounts.count + 20) 1 \(number) / \(place) rw,relatime shared:1 - ext4 \(source) rw")
    try write("/proc/self/mountinfo", mounts.joined(separator: "\n") + "\n")
  }

  /// A USB stick with two partitions, sdb, 8:16.
  static let stick = "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb"
  static let card = "platform/soc/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0"
  static let internalDisk = "pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1"

  func addStick() throws {
    try device(
      Self.stick, "8:16",
      ["removable": "1", "device/vendor": "SanDisk ", "device/model": "Ultra           "])
    try partition(Self.stick + "/sdb1", "8:17")
    try partition(Self.stick + "/sdb2", "8:18")
  }
}
