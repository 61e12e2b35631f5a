import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import TestKit
import Testing

/// What changes while peers are connected: reboots, trust, configuration, the end.
@Suite struct LifeTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  @Test func aRebootAnswersFirstAndComesBackAsTheSame() async throws {
    try board.trust(try LaptopNode.entry("system.*"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    let dry = try await laptop.call(running, "system.reboot", .map([MapPair(binary("dry_run"), .atom("true"))]))
    #expect(dry.value("dry_run") == .atom("true"))
    let answer = try await laptop.call(running, "system.reboot", .map([MapPair(binary("delay"), .integer(0))]))
    #expect(answer.value("action") == binary("reboot") && answer.value("dry_run") == .atom("false"))
    let ended = try await running.process.end()
    #expect(ended.exitCode == 93, "\(ended.errors)")
    try await eventually { !laptop.log.closings.isEmpty }
    #expect(laptop.log.closings.first == .peerSaid(.stopping))

    let again = try await board.start()
    #expect(again.key == running.key && again.port != running.port)
    try await laptop.connect(to: again)
    #expect(try await laptop.call(again, "system.info").value("board")?.value("simulated") == .atom("true"))
    await laptop.node.stop()
    #expect(try await again.stop().exitCode == 0)
  }

  @Test func powerOffIsTheSameWithoutTheReturn() async throws {
    try board.trust(try LaptopNode.entry("system.poweroff"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key)
    try await laptop.connect(to: running)
    _ = try await laptop.rpc(running, "Elixir.System", "poweroff", .list([.integer(0)]))
    #expect(try await running.process.end().exitCode == 0)
    await laptop.node.stop()
  }

  @Test(arguments: [Wire.one, .two]) func unpairingEndsTheLiveSessionAtOnce(_ wire: Wire) async throws {
    try board.trust(try LaptopNode.entry("*", wire: wire), try LaptopNode.entry("system.info", seed: 2))
    let running = try await board.start()
    var options = LaptopNode.Options()
    options.wire = wire
    let leaving = try await LaptopNode(trusting: board.key, options: options)
    let staying = try await LaptopNode(trusting: board.key, options: .wireTwo(seed: 2))
    try await leaving.connect(to: running)
    try await staying.connect(to: running)

    let unpaired = try await DaemonProcess.run(
      "unpair", "laptop1", "--config", board.folder.path("peernetd.conf"), in: board.folder)
    #expect(unpaired.exitCode == 0, "\(unpaired.errors)")
    _ = try await running.process.line("reason=unpaired", within: .seconds(5))
    try await eventually(within: .seconds(5)) { !leaving.log.closings.isEmpty }
    #expect(leaving.log.closings.first == (wire == .two ? .peerSaid(.unpaired) : .closedByPeer))
    await #expect(throws: PeerNetError.self) { try await leaving.connect(to: running) }
    let refused = await #expect(throws: PeerNetError.self) { try await leaving.call(running, "system.info") }
    switch refused {
    case .notConnected, .notSent: break
    // A call may go out right behind M3 of a redial, before the board's refusal arrives.
    case .outcomeUnknown where wire == .two: break
    default: Issue.record("\(String(describing: refused))")
    }
    // Nobody else noticed.
    #expect(try await staying.call(running, "system.info").value("machine") != nil)
    #expect(staying.log.closings.isEmpty)
    await leaving.node.stop()
    await staying.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aTornTrustListEndsNoSession() async throws {
    try board.trust(try LaptopNode.entry("system.info"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    let torn = Array(try #require(board.folder.read("state/trust")).prefix(40))
    try board.folder.write("state/trust", torn)
    _ = try await running.process.line("<3>trust.kept_last_good")
    #expect(try await laptop.call(running, "system.info").value("machine") != nil)
    #expect(board.folder.read("state/trust") == torn)

    // Once it is whole again, it is in force at once: fewer grants, the same session.
    try board.trust(try LaptopNode.entry("gpio.read"))
    // The first such line is of the start.
    try await eventually { running.process.errorText.split(separator: "\n").count { $0.contains("trust.loaded") } == 2 }
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) { try await laptop.call(running, "system.info") }
    #expect(try await laptop.call(running, "gpio.read").value("values") != nil)
    #expect(laptop.log.closings.isEmpty)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func hangUpKeepsWhoIsConnected() async throws {
    try board.trust(try LaptopNode.entry("system.info"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    running.process.signal(SIGHUP)
    _ = try await running.process.line("configuration.reloaded restart_needed=no")
    #expect(try await laptop.call(running, "system.info").value("machine") != nil)
    #expect(laptop.log.closings.isEmpty)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func theEndIsToldToEveryPeer() async throws {
    try board.trust(try LaptopNode.entry(), try LaptopNode.entry(seed: 2))
    let running = try await board.start()
    var laptops: [LaptopNode] = []
    for seed in [1, 2] as [UInt8] {
      laptops.append(try await LaptopNode(trusting: board.key, options: .wireTwo(seed: seed)))
      try await laptops.last?.connect(to: running)
    }
    #expect(try await running.stop().exitCode == 0)
    for laptop in laptops {
      try await eventually { !laptop.log.closings.isEmpty }
      #expect(laptop.log.closings.first == .peerSaid(.stopping))
      await laptop.node.stop()
    }
  }
}
