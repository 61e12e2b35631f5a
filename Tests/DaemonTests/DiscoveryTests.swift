import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// Laptop and board find each other by UDP on the loopback interface, and nothing leaves it.
@Suite struct DiscoveryTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  private func laptop(trusting: Bool = true) async throws -> LaptopNode {
    var options = LaptopNode.Options()
    options.discoveryPort = board.discoveryPort
    // A list of its own key alone trusts nobody.
    return try await LaptopNode(
      trusting: trusting ? board.key : TestBoard.identity(1).publicKey, options: options)
  }

  /// The first sighting of the board by an announce or an answer.
  private func sighting(_ laptop: LaptopNode, asking: Bool) async throws -> Sighting? {
    let events = await laptop.node.events
    let limit = Task {
      try await Task.sleep(for: .seconds(20))
      await laptop.node.stop()
    }
    defer { limit.cancel() }
    if asking { await laptop.node.solicit() }
    for await event in events {
      if case .sighted(let sighting) = event, sighting.key == board.key { return sighting }
    }
    return nil
  }

  @Test func anAnnounceIsHeard() async throws {
    try board.configure(node: "announce = yes\nannounce_interval = 1s\nsolicit = no\ndial = no")
    let running = try await board.start()
    let laptop = try await laptop(trusting: false)
    let sighting = try await sighting(laptop, asking: false)
    #expect(sighting?.source == .announce)
    #expect(sighting?.endpoint == running.endpoint)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func whoAsksIsAnswered() async throws {
    try board.configure(node: "announce = no\nsolicit = yes\ndial = no")
    let running = try await board.start()
    let laptop = try await laptop(trusting: false)
    let sighting = try await sighting(laptop, asking: true)
    #expect(sighting?.source == .answer)
    #expect(sighting?.endpoint == running.endpoint)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aBoardIsReachedByItsKeyAlone() async throws {
    try board.configure(node: "announce = no\nsolicit = yes\ndial = no")
    try board.trust(try LaptopNode.entry("system.info"))
    let running = try await board.start()
    let laptop = try await laptop()
    try await laptop.node.connect(to: board.key, timeout: .seconds(20))
    #expect(try await laptop.call(running, "system.info").value("machine") != nil)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aBoardDialsWhomItHears() async throws {
    try board.configure(node: "announce = no\nsolicit = no\ndial = yes")
    var options = LaptopNode.Options()
    options.discoveryPort = board.discoveryPort
    options.listens = true
    options.announces = true
    let laptop = try await LaptopNode(trusting: board.key, options: options)
    try board.trust(try LaptopNode.entry("system.info"))
    let running = try await board.start()
    try await eventually { await laptop.node.isConnected(to: board.key) }
    #expect(try await laptop.call(running, "system.info").value("machine") != nil)
    #expect(try await running.process.line("connection.opened").hasSuffix("by=board"))
    await laptop.node.stop()
    // Where it was proven is remembered.
    #expect(try await running.stop().exitCode == 0)
    let memory = String(decoding: try #require(board.folder.read("state/peers")), as: UTF8.self)
    #expect(memory.contains("at=127.0.0.1:\(try #require(laptop.port))"))
  }

  @Test func anInterfaceThatIsNotThereIsTold() async throws {
    try board.configure(node: "announce = yes")
    var text = String(decoding: try #require(board.folder.read("peernetd.conf")), as: UTF8.self)
    text = text.replacingOccurrences(of: "interfaces = lo", with: "interfaces = lo,nosuch0")
    try board.folder.write("peernetd.conf", text)
    let running = try await board.start()
    _ = try await running.process.line("<4>discovery.failed interface=nosuch0 reason=")
    #expect(try await running.stop().exitCode == 0)
  }
}
