import Foundation
import PeerNet
import Sodium

/// A board's process that listens.
public struct RunningBoard: Sendable {
  public let process: DaemonProcess
  public let key: PublicKey
  public let port: UInt16

  public init(process: DaemonProcess, key: PublicKey, port: UInt16) {
    self.process = process
    self.key = key
    self.port = port
  }

  public var endpoint: Endpoint { Endpoint(ipv4: 0x7f00_0001, port: port) }

  /// Ends it by SIGTERM.
  public func stop() async throws -> DaemonProcess.Ended {
    process.signal(SIGTERM)
    return try await process.end()
  }

  /// KiB by which the board's process may grow for its emulator's sake: what that translated is part of its memory.
  public static let emulatorMemory =
    ProcessInfo.processInfo.environment["PEERNETD_COMMAND"]?.hasPrefix("qemu-") == true ? 3_072 : 0

  /// A figure of /proc/PID/status in KiB, such as `VmRSS`.
  public func memory(_ name: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
    return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
  }
}
