import Foundation
import Images

/// A block device whose bytes are a file's. Only root can make one, and not everywhere.
final class LoopDevice: Sendable {
  let path: String

  /// Whether tests may have one. Where not, those that need it are skipped and say so; but root in continuous integration,
  /// where CI is set, must have it, or the tests fail.
  static let isAvailable: Bool = {
    guard getuid() == 0 else { return false }
    if getenv("CI") != nil { return true }
    return (try? TestImage(data: []))
      .flatMap { image in try? LoopDevice(image.path) } != nil
  }()

  init(_ file: String, options: [String] = []) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["PATH=/usr/sbin:/sbin:/usr/bin:/bin", "losetup", "-f", "--show"] + options + [file]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try output.fileHandleForReading.close()
    guard process.terminationStatus == 0, text.hasPrefix("/dev/") else { throw CocoaError(.fileWriteUnknown) }
    path = text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["PATH=/usr/sbin:/sbin:/usr/bin:/bin", "losetup", "-d", path]
    try? process.run()
    process.waitUntilExit()
  }
}
