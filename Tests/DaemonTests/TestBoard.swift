import Foundation
import PeerNet
import Sodium

/// A board to start as a process: its identity, its trust list and its configuration, on loopback alone.
final class TestBoard {
  let folder: TemporaryFolder
  let key: PublicKey
  /// A UDP port of this test's own, so that tests at the same time do not find each other's boards.
  let discoveryPort: UInt16

  init(seed: UInt8 = 200) throws {
    folder = try TemporaryFolder()
    let identity = Self.identity(seed)
    key = identity.publicKey
    discoveryPort = try freePort()
    try folder.write("state/identity.keys", KeyFile.encode(identity))
    try configure()
  }

  static func identity(_ seed: UInt8) -> KeyPair {
    var random = RandomStream(seed: [UInt8](repeating: seed, count: 32))
    return KeyPair.generate(from: &random)
  }

  /// Writes the configuration; `node` and `board` are further lines of their sections.
  func configure(node: String = "announce = no\nsolicit = no\ndial = no", board: String = "board = sim") throws {
    try folder.write(
      "peernetd.conf",
      """
      [node]
      port = 0
      listen = 127.0.0.1
      interfaces = lo
      discovery_port = \(discoveryPort)
      \(node)
      [board]
      \(board)
      [paths]
      state = \(folder.path("state"))
      runtime = \(folder.path("run"))
      [log]
      level = debug
      """)
  }

  /// Writes the whole trust list.
  func trust(_ entries: TrustEntry...) throws { try trust(entries) }

  func trust(_ entries: [TrustEntry]) throws {
    var list = TrustList()
    for entry in entries { try list.add(entry) }
    try folder.write("state/trust", list.serialize())
  }

  func start() async throws -> RunningBoard {
    let process = try DaemonProcess(["--config", folder.path("peernetd.conf")], in: folder)
    let line = try await process.line("daemon.listening")
    guard let port = line.split(separator: "port=").last.flatMap({ UInt16($0) }) else {
      throw DaemonProcess.TooLate(errors: line)
    }
    _ = try await process.line("daemon.started")
    return RunningBoard(process: process, key: key, port: port)
  }
}

/// A board's process that listens.
struct RunningBoard: Sendable {
  let process: DaemonProcess
  let key: PublicKey
  let port: UInt16

  var endpoint: Endpoint { Endpoint(ipv4: 0x7f00_0001, port: port) }

  /// Ends it by SIGTERM.
  func stop() async throws -> DaemonProcess.Ended {
    process.signal(SIGTERM)
    return try await process.end()
  }

  /// A figure of /proc/PID/status in KiB, such as `VmRSS`.
  func memory(_ name: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
    return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
  }
}

/// A UDP port that nobody uses now.
private func freePort() throws -> UInt16 {
  let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
  defer { close(number) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(number, $0, length) == 0 ? getsockname(number, $0, &length) : -1
    }
  }
  guard result == 0 else { throw POSIXError(.EADDRINUSE) }
  return UInt16(bigEndian: address.sin_port)
}
