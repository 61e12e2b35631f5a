import Admin
import Basics
import Linux

/// Where a board's facts come from.
protocol SystemFacts: AnyObject {
  /// What it knows; the rest stays nil.
  func systemInfo() -> SystemInfo
}

/// A Linux machine's, from /proc and the like.
final class LinuxFacts: SystemFacts {
  private let root: [UInt8]

  /// `root` stands before every path: empty but for tests.
  init(root: [UInt8] = []) { self.root = root }

  func systemInfo() -> SystemInfo {
    var info = SystemInfo()
    info.hostname = line("/proc/sys/kernel/hostname")
    info.kernelName = line("/proc/sys/kernel/ostype")
    info.kernelRelease = line("/proc/sys/kernel/osrelease")
    info.kernelVersion = line("/proc/sys/kernel/version")
    info.machine = try? System.machine()
    info.bootIdentifier = line("/proc/sys/kernel/random/boot_id")
    info.boardModel = line("/proc/device-tree/model")
    info.uptime = line("/proc/uptime").flatMap { $0.prefix { $0 != 0x2e }.signedDecimal }
    info.load = LinuxFacts.load(line("/proc/loadavg") ?? [])
    let memory = text("/proc/meminfo")
    info.totalMemory = LinuxFacts.kibibytes("MemTotal:", in: memory)
    info.availableMemory = LinuxFacts.kibibytes("MemAvailable:", in: memory)
    // The kernel counts VmRSS in steps, which for a process this small can be off by all of it.
    info.residentMemory =
      LinuxFacts.kibibytes("Rss:", in: text("/proc/self/smaps_rollup"))
      ?? LinuxFacts.kibibytes("VmRSS:", in: text("/proc/self/status"))
    info.pid = Int64(System.processID)
    info.time = Clock.realtimeSeconds()
    return info
  }

  /// `0.52 0.58 0.59 …` in hundredths.
  private static func load(_ line: [UInt8]) -> [Int64] {
    let averages = line.split(separator: 0x20).prefix(3).compactMap { field -> Int64? in
      let parts = field.split(separator: 0x2e)
      guard parts.count == 2, parts[1].count == 2, let whole = parts[0].signedDecimal,
        let hundredths = parts[1].signedDecimal,
        0...1_000_000 ~= whole, hundredths >= 0
      else { return nil }
      return whole * 100 + hundredths
    }
    return averages.count == 3 ? averages : []
  }

  /// `NAME   1234 kB`
  private static func kibibytes(_ name: StaticString, in text: [UInt8]) -> Int64? {
    for line in text.split(separator: 0x0a) where line.hasPrefix(name) {
      let fields = line.split { $0 == 0x20 || $0 == 0x09 }
      return fields.count > 1 ? fields[1].signedDecimal : nil
    }
    return nil
  }

  private func text(_ path: StaticString) -> [UInt8] {
    (try? readFile(root + [UInt8](path), limit: 16 * 1024)) ?? []
  }

  /// The first line; nil when there is none. The device tree ends its texts in NUL.
  private func line(_ path: StaticString) -> [UInt8]? {
    let line = [UInt8](text(path).prefix { $0 != 0x0a && $0 != 0 }.prefix(256))
    return line.isEmpty ? nil : line
  }
}
