import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// What a laptop and a board's process say to each other.
@Suite struct ConversationTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  /// Starts the board and a laptop that is connected to it, with these grants.
  private func meet(_ grants: String, wire: Wire? = nil) async throws -> (RunningBoard, LaptopNode) {
    try board.trust(try LaptopNode.entry(grants))
    let running = try await board.start()
    var options = LaptopNode.Options()
    options.wire = wire
    let laptop = try await LaptopNode(trusting: board.key, options: options)
    try await laptop.connect(to: running)
    return (running, laptop)
  }

  private func part(_ running: RunningBoard, _ laptop: LaptopNode) async throws {
    await laptop.node.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0 && ended.errors.hasSuffix("<5>daemon.stopped\n"), "\(ended.errors)")
  }

  @Test(arguments: [Wire.one, .two]) func bothWires(_ wire: Wire) async throws {
    try board.trust(try LaptopNode.entry("*", wire: wire))
    let running = try await board.start()
    var options = LaptopNode.Options()
    options.wire = wire
    let laptop = try await LaptopNode(trusting: board.key, options: options)
    try await laptop.connect(to: running)
    let info = try await laptop.call(running, "system.info")
    #expect(info.value("wire") == .integer(Int64(wire.rawValue)))
    #expect(info.value("board")?.value("simulated") == .atom("true"))
    _ = try await laptop.node.ping(running.key)
    let line = try await running.process.line("<6>peer.connected")
    #expect(line.contains("label=laptop1 addr=127.0.0.1:") && line.hasSuffix("wire=\(wire.rawValue)"), "\(line)")
    try await part(running, laptop)
    _ = try await running.process.line("<6>peer.disconnected peer=")
  }

  @Test func strangersOfTheNewerWireMeetOnIt() async throws {
    let (running, laptop) = try await meet("*")
    try await eventually { await laptop.wire(to: running) == .two }
    #expect(try await laptop.call(running, "system.info").value("wire") == .integer(2))
    try await part(running, laptop)
    // Both remember, so the next meeting begins there.
    let memory = try #require(board.folder.read("state/peers"))
    #expect(String(decoding: memory, as: UTF8.self).contains(" wire=2"))
  }

  @Test func callsByHandleAndByRemoteProcedure() async throws {
    let (running, laptop) = try await meet("wifi.*,gpio.*")
    #expect(try await laptop.call(running, "wifi.status").value("state") == binary("completed"))
    let restarted = try await laptop.rpc(running, "Elixir.Wifi", "restart")
    #expect(restarted.value("way") == binary("reconfigure"))
    #expect(try await laptop.rpc(running, "wifi", "status").value("last_restart")?.value("outcome") == binary("ok"))
    let networks = try await laptop.call(running, "wifi.scan", .atom("nil")).value("networks")?.listElements
    #expect(networks?.count == 2)
    let values = try await laptop.rpc(running, "gpio", "read", .list([binary("pump")])).value("values")
    #expect(values?.value("pump") == .integer(0))
    #expect(try await running.process.line("<6>call.served").contains("procedure=wifi.status outcome=ok ms="))
    try await part(running, laptop)
  }

  @Test func nothingIsAllowedThatNoLineAllows() async throws {
    let (running, laptop) = try await meet("")
    let me = try await laptop.call(running, "agent.whoami")
    #expect(me.value("label") == binary("laptop1"))
    #expect(me.value("procedures") == .list([binary("agent.whoami")]))
    #expect(me.value("grants") == .list([]))
    for name: Atom in ["wifi.restart", "gpio.write", "system.reboot", "system.info"] {
      await #expect(throws: PeerNetError.remote(.atom("forbidden"))) { try await laptop.call(running, name) }
    }
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) {
      try await laptop.rpc(running, "Elixir.System", "reboot")
    }
    for name: Atom in ["no.such", "system", "", "wifi.restart.now"] {
      await #expect(throws: PeerNetError.remote(.atom("no_such_handle"))) { try await laptop.call(running, name) }
    }
    #expect(try await running.process.line("<5>call.refused").contains("procedure=wifi.restart reason=forbidden"))
    try await part(running, laptop)
  }

  @Test func theRemoteProcedureHandleGrantsNothing() async throws {
    let (running, laptop) = try await meet("beam_admin,system.info")
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) {
      try await laptop.rpc(running, "Elixir.Wifi", "restart")
    }
    await #expect(throws: PeerNetError.remote(.atom("no_such_handle"))) {
      try await laptop.rpc(running, "Elixir.File", "rm_rf")
    }
    await #expect(throws: PeerNetError.remote(.atom("unknown_beam_dist_op"))) {
      try await laptop.call(running, "beam_admin", .atom("anything"))
    }
    #expect(try await laptop.rpc(running, "Elixir.System", "info").value("machine") != nil)
    try await part(running, laptop)
  }

  @Test func aGrantBoundToALineHoldsForThatLine() async throws {
    let (running, laptop) = try await meet("gpio.write:pump,gpio.read")
    func write(_ line: String, _ value: Int64) async throws -> Term {
      try await laptop.call(
        running, "gpio.write",
        .map([MapPair(binary("line"), binary(line)), MapPair(binary("value"), .integer(value))]))
    }
    #expect(try await write("pump", 1).value("values")?.value("pump") == .integer(1))
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) { try await write("relay", 1) }
    let both = Term.map([
      MapPair(
        binary("values"), .map([MapPair(binary("pump"), .integer(0)), MapPair(binary("relay"), .integer(1))]))
    ])
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) {
      try await laptop.call(running, "gpio.write", both)
    }
    let values = try await laptop.call(running, "gpio.read").value("values")
    #expect(values?.value("pump") == .integer(1) && values?.value("relay") == .integer(0))
    do {
      _ = try await laptop.call(running, "gpio.write", .map([MapPair(binary("pin"), .integer(17))]))
      Issue.record("a bad argument was taken")
    } catch PeerNetError.remote(let reason) {
      #expect(String(decoding: reason.binaryBytes ?? [], as: UTF8.self).hasPrefix("bad_argument: "))
    }
    try await part(running, laptop)
  }

  @Test(arguments: [Wire.one, .two]) func aStrangerIsRefused(_ wire: Wire) async throws {
    try board.trust(try LaptopNode.entry("*", seed: 2))
    let running = try await board.start()
    var options = LaptopNode.Options()
    options.wire = wire
    let laptop = try await LaptopNode(trusting: board.key, options: options)
    // The newer wire tells why; of the older one the end has to do.
    let reason: CloseReason = wire == .two ? .peerSaid(.untrusted) : .closedBeforeConfirmed
    await #expect(throws: PeerNetError.unreachable(reason)) { try await laptop.connect(to: running) }
    let fingerprint = String(decoding: laptop.key.fingerprint, as: UTF8.self)
    #expect(
      try await running.process.line("<6>stranger.rejected").hasSuffix(
        "addr=127.0.0.1 peer=\(fingerprint) reason=untrusted"))
    try await part(running, laptop)
    #expect(!running.process.errorText.contains("peer.connected"))
  }

  @Test func aBoardWithAnotherKeyIsNotTheOneMeant() async throws {
    try board.trust(try LaptopNode.entry("*"))
    let running = try await board.start()
    let meant = TestBoard.identity(201).publicKey
    let laptop = try await LaptopNode(trusting: meant, board.key)
    await #expect(throws: PeerNetError.unreachable(.wrongPeer(running.key))) {
      try await laptop.node.connect(to: meant, at: [running.endpoint], timeout: .seconds(20))
    }
    // The key that lives there is reached all the same.
    try await laptop.connect(to: running)
    try await part(running, laptop)
  }
}
