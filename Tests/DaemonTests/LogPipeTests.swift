import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import TestKit
import Testing

/// The log of a real agent: what it does when its reader is slow, and when a peer wants it full.
@Suite struct LogPipeTests {
  /// A pipe of 16 KiB by name, at which the agent's stderr ends, and which is read when the test says so.
  private final class Pipe {
    let path: String
    private let number: Int32
    /// F_SETPIPE_SZ, a macro that is not imported.
    private static let setSize: Int32 = 1_031

    init(in folder: TemporaryFolder) throws {
      path = folder.path("log")
      guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
      number = open(path, O_RDONLY | O_NONBLOCK)
      guard fcntl(number, Self.setSize, 16_384) > 0 else { throw POSIXError(.EIO) }
    }

    deinit { close(number) }

    /// All that is there now.
    func read() -> String {
      var text: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = Foundation.read(number, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private func start(_ board: TestBoard, logging pipe: Pipe) async throws -> (RunningBoard, String) {
    let process = try DaemonProcess(
      ["--config", board.folder.path("peernetd.conf")], in: board.folder,
      by: ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>'\(pipe.path)'"])
    var log = ""
    try await eventually {
      log += pipe.read()
      return log.contains("daemon.started")
    }
    let line = log.split(separator: "\n").first { $0.contains("daemon.listening") } ?? ""
    let port = try #require(line.split(separator: "port=").last.flatMap { UInt16($0) })
    return (RunningBoard(process: process, key: board.key, port: port), log)
  }

  private func write(_ level: Int64) -> Term {
    .map([MapPair(binary("line"), binary("relay")), MapPair(binary("value"), .integer(level))])
  }

  /// The owner changes the board while nobody reads: the noise around it is dropped, what changed the board is not.
  @Test func whatChangedTheBoardOutlivesAFullPipe() async throws {
    let board = try TestBoard()
    try board.trust(try LaptopNode.entry("*"))
    let pipe = try Pipe(in: board.folder)
    let (running, start) = try await start(board, logging: pipe)
    var log = start
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    for number in 0..<100 {
      _ = try await laptop.call(running, "gpio.write", write(Int64(number % 2)))
      // Each of these has a line of its own.
      await #expect(throws: PeerNetError.self) { try await laptop.call(running, Atom(Array("none.\(number)".utf8))) }
      await laptop.node.disconnect(from: board.key)
      try await laptop.connect(to: running)
    }
    // Nothing happens any more: what waits is written all the same.
    func changes() -> Int { log.split(separator: "\n").count { $0.contains("procedure=gpio.write outcome=ok") } }
    try await eventually {
      log += pipe.read()
      return changes() == 100
    }
    #expect(log.contains("dropped_lines="))
    #expect(!log.contains("dropped_notices="))
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  /// Who comes and goes in a loop, asks what is not there, and repeats what was done once costs a few lines a minute.
  @Test func aPeerCannotFloodTheLog() async throws {
    let board = try TestBoard()
    try board.configure()
    try board.trust(try LaptopNode.entry("gpio.write:relay,wifi.restart"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    let key = OnceKey()
    for _ in 0..<100 {
      try await laptop.connect(to: running)
      _ = try await once(laptop, running, key, "gpio.write", write(1))
      await #expect(throws: PeerNetError.self) { try await laptop.call(running, "gpio.read") }
      await laptop.node.disconnect(from: board.key)
    }
    await laptop.node.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0)
    let lines = ended.errors.split(separator: "\n").filter { !$0.hasPrefix("<7>") }
    for event in ["peer.connected", "peer.disconnected"] {
      #expect((1...6).contains(lines.count { $0.contains(event) }), "\(event)")
    }
    #expect((1...11).contains(lines.count { $0.contains("call.served") && $0.contains("repeated=yes") }))
    #expect((1...2).contains(lines.count { $0.contains("call.refused") }))
    #expect(lines.count < 40)
  }
}
