import Boards
import Foundation
import PeerNet
import Sodium
import TestKit
import Testing

@testable import peernetd

/// The daemon's life, without a peer: start, signals, files that change or are wrong, the service manager.
@Suite struct AgentTests {
  private let folder: TemporaryFolder
  private let anna = String(decoding: PublicKey(1, 2, 3, 4).text, as: UTF8.self)

  init() throws {
    folder = try TemporaryFolder()
    try configure()
  }

  private func configure(_ more: String = "") throws {
    try folder.write(
      "peernetd.conf",
      """
      [node]
      port = 0
      listen = 127.0.0.1
      interfaces = lo
      announce = no
      [board]
      board = sim
      [paths]
      state = \(folder.path("state"))
      runtime = \(folder.path("run"))
      \(more)
      """)
  }

  private func start(_ environment: [String: String] = [:]) throws -> DaemonProcess {
    try DaemonProcess(["--config", folder.path("peernetd.conf")], in: folder, environment: environment)
  }

  @Test(arguments: [SIGTERM, SIGINT]) func aSignalEndsItCleanly(_ signal: Int32) async throws {
    let daemon = try start()
    _ = try await daemon.line("<5>daemon.started peer=")
    daemon.signal(signal)
    let ended = try await daemon.end()
    #expect(ended.exitCode == 0)
    #expect(ended.output.isEmpty)
    #expect(ended.errors.hasSuffix("<5>daemon.stopped\n"))
  }

  @Test func theIdentityOutlivesIt() async throws {
    var keys: [String] = []
    for _ in 0..<2 {
      let daemon = try start()
      keys.append(String(try await daemon.line("daemon.started").split(separator: " ")[1]))
      daemon.signal(SIGTERM)
      _ = try await daemon.end()
    }
    #expect(keys[0].hasPrefix("peer=") && keys[0] == keys[1])
  }

  /// Outputs are what the profile says from the start on; nobody has to ask for them first.
  @Test func aLineThatCannotBeHadIsToldAtTheStart() async throws {
    let board = try TestBoard()
    try board.folder.write("board.conf", "[board]\nname = b\n[gpio gone]\nline = NO-SUCH-LINE\ndirection = output\n")
    try board.configure(board: "board = linux\nprofile = \(board.folder.path("board.conf"))")
    let running = try await board.start()
    #expect(try await running.process.line("gpio.unusable").contains("line gone"))
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aNewPairIsNoticedWhileItRuns() async throws {
    let daemon = try start()
    #expect(try await daemon.line("daemon.started").hasSuffix("peers=0"))
    _ = try await DaemonProcess.run("pair", anna, "anna", "--config", folder.path("peernetd.conf"), in: folder)
    _ = try await daemon.line("<5>trust.loaded peers=1")
    daemon.signal(SIGTERM)
    #expect(try await daemon.end().exitCode == 0)
  }

  @Test func aTornTrustListLeavesTheLastGoodOneInForce() async throws {
    _ = try await DaemonProcess.run("pair", anna, "anna", "--config", folder.path("peernetd.conf"), in: folder)
    let good = folder.read("state/trust")
    let daemon = try start()
    _ = try await daemon.line("daemon.started")
    let torn = Array("peernet-trust 1\nTORN".utf8)
    try folder.write("state/trust", torn)
    #expect(try await daemon.line("trust.kept_last_good").hasSuffix("reason=key:2:1 peers=1"))
    daemon.signal(SIGTERM)
    _ = try await daemon.end()
    #expect(folder.read("state/trust") == torn)
    #expect(folder.read("state/trust.good") == good)

    let again = try start()
    _ = try await again.line("<3>trust.kept_last_good")
    #expect(try await again.line("daemon.started").hasSuffix("peers=1"))
    #expect(folder.read("state/trust") == torn)
  }

  /// Written by hand, and cut inside a name by whatever cut it.
  @Test func aListThatWasCutGrantsNothing() async throws {
    let whole = "peernet-trust 1\n\(anna) anna allow=gpio.write:pump\n"
    try folder.write("state/trust", whole)
    let daemon = try start()
    _ = try await daemon.line("trust.loaded peers=1")
    try folder.write("state/trust", String(whole.dropLast(6)))
    #expect(try await daemon.line("<3>trust.kept_last_good").contains("unterminated:2: it may be torn"))
    daemon.signal(SIGTERM)
    #expect(try await daemon.end().exitCode == 0)
    #expect(folder.trustText("state/trust.good") == whole)
  }

  @Test func twoAgentsDoNotShareAStateFolder() async throws {
    let first = try start()
    _ = try await first.line("daemon.started")
    let second = try await start().end()
    #expect(second.exitCode == 94)
    #expect(second.errors.contains("is used by another peernetd, process "))
    #expect(second.errors.contains("stop that one first"))
    first.signal(SIGTERM)
    #expect(try await first.end().exitCode == 0)
    let third = try start()
    _ = try await third.line("daemon.started")
    third.signal(SIGKILL)
    _ = try await third.end()
    let fourth = try start()
    _ = try await fourth.line("daemon.started")
    fourth.signal(SIGTERM)
    #expect(try await fourth.end().exitCode == 0)
  }

  @Test func aForeignMemoryIsToldAndLeft() async throws {
    let foreign = Array("not ours\n".utf8)
    try folder.write("state/peers", foreign)
    let daemon = try start()
    #expect(try await daemon.line("<4>memory.ignored").contains("remove the file"))
    _ = try await daemon.line("daemon.started")
    daemon.signal(SIGTERM)
    #expect(try await daemon.end().exitCode == 0)
    #expect(folder.read("state/peers") == foreign)
  }

  @Test func hangUpReadsTheConfigurationAgain() async throws {
    let daemon = try start()
    _ = try await daemon.line("daemon.started")
    try configure("[log]\nlevel = debug")
    daemon.signal(SIGHUP)
    _ = try await daemon.line("configuration.reloaded restart_needed=no")
    try configure("[log]\nlevel = loud")
    daemon.signal(SIGHUP)
    #expect(try await daemon.line("<3>configuration.kept").contains("loud is not a level"))
    try configure("[node]\nname = other")
    daemon.signal(SIGHUP)
    _ = try await daemon.line("restart_needed=yes")
    daemon.signal(SIGTERM)
    #expect(try await daemon.end().exitCode == 0)
  }

  @Test func whatANewerFileHoldsIsAWarning() async throws {
    try configure("[later]\nkey = 1")
    let daemon = try start()
    #expect(try await daemon.line("<4>configuration.ignored").contains("unknown section"))
    _ = try await daemon.line("daemon.started")
    daemon.signal(SIGTERM)
    #expect(try await daemon.end().exitCode == 0)
  }

  @Test func theServiceManagerIsToldAndFed() async throws {
    let manager = try NotifySocket(folder.path("notify"))
    let daemon = try start(["NOTIFY_SOCKET": folder.path("notify"), "WATCHDOG_USEC": "200000"])
    #expect(try manager.next() == "READY=1")
    #expect(try manager.next() == "WATCHDOG=1")
    #expect(try manager.next() == "WATCHDOG=1")
    daemon.signal(SIGTERM)
    var last = try manager.next()
    while last == "WATCHDOG=1" { last = try manager.next() }
    #expect(last == "STOPPING=1")
    #expect(try await daemon.end().exitCode == 0)
  }
}

/// The service manager's end of NOTIFY_SOCKET.
private final class NotifySocket {
  private let number: Int32

  struct Failure: Error { let code: Int32 }

  init(_ path: String) throws {
    number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw Failure(code: errno) }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(number) }

  /// The next message, for which it waits.
  func next() throws -> String {
    var room = [UInt8](repeating: 0, count: 1024)
    let count = recv(number, &room, room.count, 0)
    guard count >= 0 else { throw Failure(code: errno) }
    return String(decoding: room[..<count], as: UTF8.self)
  }
}
