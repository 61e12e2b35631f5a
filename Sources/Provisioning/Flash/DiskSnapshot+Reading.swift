import Admin
import Glibc
import PeerNetClient

/// The number of a device: what `major:minor` stands for in /sys and /proc.
package struct DeviceNumber: Equatable, Sendable {
  /// Why a path names no block device, to continue a sentence after "because".
  package struct Fault: Error {
    /// For people.
    package let reason: String
  }

  let major: UInt32
  let minor: UInt32

  init(_ major: UInt32, _ minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// The block device at a path.
  package init(path: String) throws(Fault) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Fault(reason: SystemError.latest.text) }
    guard status.st_mode & S_IFMT == S_IFBLK else { throw Fault(reason: "it is no block device") }
    // As the C library packs them into 64 bits: gnu_dev_major and gnu_dev_minor, which are macros.
    let number = status.st_rdev
    self.init(
      UInt32(truncatingIfNeeded: number >> 8 & 0xfff | number >> 32 & ~0xfff),
      UInt32(truncatingIfNeeded: number & 0xff | number >> 12 & ~0xff))
  }

  var text: String { "\(major):\(minor)" }
}

extension DiskSnapshot {
  /// Looks the device up below `root`, where /sys, /proc and /run are; nil when the kernel knows no such device.
  package init?(_ number: DeviceNumber, root: String = "") {
    guard let folder = Self.resolve("\(root)/sys/dev/block/\(number.text)"), let disk = Node(folder) else { return nil }
    name = disk.name
    parent = Node.exists(folder + "/partition") ? folder.split(separator: "/").dropLast().last.map { String($0) } : nil
    bytes = disk.bytes
    isReadOnly = disk.number("ro") == 1
    isRemovable = disk.number("removable") == 1
    connection = Self.connection(folder, cardType: disk.text("device/type"))
    let words = [disk.text("device/vendor"), disk.text("device/model"), disk.text("device/name")]
    // ATA stands for the vendor where the protocol has none.
    model = Printable.text(words.filter { !$0.isEmpty && $0 != "ATA" }.joined(separator: " "))

    let parts = Node.children(folder).filter { Node.exists("\(folder)/\($0)/partition") }
      .compactMap { Node("\(folder)/\($0)") }
    partitions = parts.map {
      Partition(name: $0.name, bytes: $0.bytes, contents: Self.contents(of: $0.text("dev"), root: root))
    }
    let built = Self.everything(on: [disk] + parts, root: root)
    holders = built.map { $0.mappedName.isEmpty ? $0.name : "\($0.name) (\(Printable.text($0.mappedName)))" }
    let all = [disk] + parts + built
    mountPoints = Self.mountPoints(of: all, in: Node.contents("\(root)/proc/self/mountinfo"))
    swaps = Self.swaps(on: all, in: Node.contents("\(root)/proc/swaps"))
  }

  // MARK: /sys

  /// A folder of /sys that stands for a block device.
  private struct Node {
    let folder: String
    let name: String

    init?(_ folder: String) {
      guard Self.exists(folder + "/dev"), let name = folder.split(separator: "/").last else { return nil }
      self.folder = folder
      self.name = String(name)
    }

    var bytes: Int { number("size").flatMap { $0.multipliedReportingOverflow(by: 512).overflow ? nil : $0 * 512 } ?? 0 }
    /// What the device mapper calls it, as in `vg-data`.
    var mappedName: String { text("dm/name") }
    /// What it may be called in /proc: the last of the path below /dev.
    var names: [String] { mappedName.isEmpty ? [name] : [name, "mapper/" + mappedName] }

    func text(_ file: String) -> String {
      var text = Self.contents("\(folder)/\(file)")[...]
      while text.last?.isWhitespace ?? false { text.removeLast() }
      while text.first?.isWhitespace ?? false { text.removeFirst() }
      return String(text)
    }

    func number(_ file: String) -> Int? { Int(text(file)) }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// In the order of their names.
    static func children(_ folder: String) -> [String] {
      guard let stream = opendir(folder) else { return [] }
      defer { closedir(stream) }
      var names: [String] = []
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
      }
      return names.sorted()
    }

    /// Empty when it cannot be read; never more than 4 MiB.
    static func contents(_ path: String) -> String {
      guard let stream = fopen(path, "re") else { return "" }
      defer { fclose(stream) }
      var bytes: [UInt8] = []
      var room = [UInt8](repeating: 0, count: 16_384)
      while bytes.count < 4 << 20 {
        let count = fread(&room, 1, room.count, stream)
        guard count > 0 else { break }
        bytes += room[..<count]
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func connection(_ folder: String, cardType: String) -> Connection {
    let parts = folder.split(separator: "/")
    if parts.contains(where: { $0.hasPrefix("usb") && $0.dropFirst(3).allSatisfy(\.isNumber) && $0.count > 3 }) {
      return .usb
    }
    // The same bus carries cards and the soldered memory that a tablet runs from.
    if parts.contains("mmc_host") { return cardType == "SD" ? .card : .builtIn }
    return parts.contains("virtual") ? .virtual : .builtIn
  }

  /// What is built on these, level by level, each once.
  private static func everything(on nodes: [Node], root: String) -> [Node] {
    var found: [Node] = []
    var waiting = nodes
    while !waiting.isEmpty {
      let names = waiting.flatMap { Node.children($0.folder + "/holders") }
      waiting = names.filter { name in !found.contains { $0.name == name } }
        .compactMap { resolve("\(root)/sys/class/block/\($0)") }.compactMap { Node($0) }
      for node in waiting where !found.contains(where: { $0.name == node.name }) { found.append(node) }
    }
    return found
  }

  /// What udev noted of a device.
  private static func contents(of number: String, root: String) -> String {
    let noted = Node.contents("\(root)/run/udev/data/b\(number)").split(separator: "\n")
    let values = ["E:ID_FS_TYPE=", "E:ID_FS_LABEL="].compactMap { key in
      noted.first { $0.hasPrefix(key) }.map { Printable.text(String($0.dropFirst(key.count))) }
    }
    return values.joined(separator: " ")
  }

  // MARK: /proc

  /// Lines are `ID PARENT MAJOR:MINOR ROOT PLACE OPTIONS… - TYPE SOURCE …`. A file system on several disks has a number of
  /// its own there, so that its source counts as well.
  private static func mountPoints(of nodes: [Node], in table: String) -> [String] {
    let numbers = nodes.map { $0.text("dev") }
    return table.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 6, let dash = fields.dropFirst(6).firstIndex(of: "-") else { return nil }
      let source = dash + 2 < fields.count ? String(fields[dash + 2]) : ""
      guard numbers.contains(String(fields[2])) || isOne(of: nodes, source) else { return nil }
      return unescaped(fields[4])
    }
  }

  private static func swaps(on nodes: [Node], in table: String) -> [String] {
    table.split(separator: "\n").dropFirst().compactMap { line in
      let area = line.split(whereSeparator: \.isWhitespace).first.map { unescaped($0) } ?? ""
      return isOne(of: nodes, area) ? area : nil
    }
  }

  private static func isOne(of nodes: [Node], _ path: String) -> Bool {
    nodes.contains { node in node.names.contains { path == "/dev/" + $0 } }
  }

  /// Blanks and backslashes stand as `\040` and so on.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3,
        let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
