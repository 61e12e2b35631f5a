import Foundation
import PeerNet
import Sodium
import TestKit

/// A board to start as a process: its identity, its trust list and its configuration, on loopback alone unless it is put
/// elsewhere.
public final class TestBoard {
  public let folder: TemporaryFolder
  public let key: PublicKey
  /// A UDP port of this test's own, so that tests at the same time do not find each other's boards.
  public let discoveryPort: UInt16
  private let site: Site

  /// Where it is on a network.
  public struct Site: Sendable {
    /// The program, with its arguments, that the daemon is started by; it has to become it.
    public var words: [String]
    public var listen: String
    public var interface: String
    public var port: UInt16
    /// Nil for one of the test's own.
    public var discoveryPort: UInt16?

    public init(
      words: [String] = [], listen: String = "127.0.0.1", interface: String = "lo", port: UInt16 = 0,
      discoveryPort: UInt16? = nil
    ) {
      self.words = words
      self.listen = listen
      self.interface = interface
      self.port = port
      self.discoveryPort = discoveryPort
    }
  }

  public init(seed: UInt8 = 200, at site: Site = Site()) throws {
    self.site = site
    folder = try TemporaryFolder()
    let identity = Self.identity(seed)
    key = identity.publicKey
    discoveryPort = try site.discoveryPort ?? freePort()
    try folder.write("state/identity.keys", KeyFile.encode(identity))
    try configure()
  }

  public static func identity(_ seed: UInt8) -> KeyPair {
    var random = RandomStream(seed: [UInt8](repeating: seed, count: 32))
    return KeyPair.generate(from: &random)
  }

  /// Writes the configuration; `node` and `board` are further lines of their sections.
  public func configure(node: String = "announce = no\nsolicit = no\ndial = no", board: String = "board = sim") throws {
    try folder.write(
      "peernetd.conf",
      """
      [node]
      port = \(site.port)
      listen = \(site.listen)
      interfaces = \(site.interface)
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
  public func trust(_ entries: TrustEntry...) throws { try trust(entries) }

  public func trust(_ entries: [TrustEntry]) throws {
    var list = TrustList()
    for entry in entries { try list.add(entry) }
    try folder.write("state/trust", list.serialize())
  }

  public func start() async throws -> RunningBoard {
    let process = try DaemonProcess(["--config", folder.path("peernetd.conf")], in: folder, by: site.words)
    let line = try await process.line("daemon.listening")
    guard let port = line.split(separator: "port=").last.flatMap({ UInt16($0) }) else {
      throw DaemonProcess.TooLate(errors: line)
    }
    _ = try await process.line("daemon.started")
    return RunningBoard(process: process, key: key, port: port)
  }
}
