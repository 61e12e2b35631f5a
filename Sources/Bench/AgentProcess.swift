import Foundation
import Linux
import PeerNet
import Sodium

/// The board's own binary as a process, on loopback with the simulated board, its files in a temporary folder.
final class AgentProcess {
  let publicKey: PublicKey
  let port: UInt16
  private let folder: URL
  private let command: [String]

  /// - Parameter command: the program and what stands before its arguments, an emulator say.
  init(_ command: [String], trusting peers: [PublicKey]) throws {
    self.command = command
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "peernet-bench-\(getpid())-\(UInt32.random())")
    port = try Self.freePort()
    var random = RandomStream.system()
    let identity = KeyPair.generate(from: &random)
    publicKey = identity.publicKey
    var trust = TrustList()
    for (index, key) in peers.enumerated() {
      try trust.add(TrustEntry(key: key, label: Array("peer\(index)".utf8), grants: .everything, wire: .two))
    }
    let state = folder.appendingPathComponent("state")
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: state.path)
    try write("state/identity.keys", Data(KeyFile.encode(identity)))
    try write("state/trust", Data(trust.serialize()))
    try write(
      "peernetd.conf",
      Data(
        """
        [node]
        port = \(port)
        listen = 127.0.0.1
        interfaces = lo
        max_connections = 1024
        dial = no
        discovery_port = \(port)
        [board]
        board = sim
        [paths]
        state = \(state.path)
        runtime = \(folder.path)/run
        [log]
        level = error

        """.utf8))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ name: String, _ content: Data) throws {
    let file = folder.appendingPathComponent(name)
    try content.write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
  }

  var endpoint: Endpoint { Endpoint(ipv4: 0x7f00_0001, port: port) }

  /// Starts it, waits until it takes connections, and lends it to `body` with the nanoseconds that took.
  func run(_ body: (_ process: Int32, _ start: Double) throws -> Void) throws {
    let arguments = command + ["--config", folder.appendingPathComponent("peernetd.conf").path]
    let begin = Clock.now()
    let process = try ChildProcess(
      path: Array(command[0].utf8), arguments: arguments.map { Array($0.utf8) }, environment: [])
    defer {
      process.kill()
      while (try? process.reap()) == .some(nil) { usleep(1_000) }
    }
    while !Self.isListening(port) {
      if try process.reap() != nil { throw BenchError("\(command.joined(separator: " ")) ended") }
      guard Clock.now() - begin < .seconds(10) else { throw BenchError("it does not listen") }
      usleep(50)
    }
    try body(process.id, Double((Clock.now() - begin).nanoseconds))
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }

  private static func isListening(_ port: UInt16) -> Bool {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    var address = loopback(port)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func freePort() throws -> UInt16 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    var address = loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0
      }
    }
    guard isBound else { throw BenchError("no free port") }
    return UInt16(bigEndian: address.sin_port)
  }
}

extension UInt32 {
  fileprivate static func random() -> UInt32 { .random(in: 0...(.max)) }
}
