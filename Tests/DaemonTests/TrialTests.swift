import Boards
import Disk
import ETF
import Foundation
import PeerNet
import PeerNetClient
import TestKit
import Testing

@testable import peernetd

/// A daemon in a system that is on trial.
@Suite struct TrialTests {
  private let board: FlashedBoard

  init() throws {
    board = try FlashedBoard()
    try board.folder.write("slot.img", try TestImage.file())
  }

  /// Slot b is written, tried and started once.
  private func startTrial() async throws {
    #expect(try await board.run("slot", "write", board.folder.path("slot.img")).exitCode == 0)
    #expect(try await board.run("slot", "try").exitCode == 0)
    try board.boot()
    #expect(try board.environment()?.tries == 1)
  }

  @Test func patienceWithANetworkConfirms() async throws {
    try await startTrial()
    try board.configure(image: "patience = 300ms")
    let running = try await board.board.start()
    _ = try await running.process.line("<5>slot.on_trial slot=b")
    _ = try await running.process.line("<5>slot.confirmed slot=b by=patience")
    #expect(try board.environment()?.confirmed == .b)
    #expect(try board.environment()?.trial == nil)
    #expect(try await running.stop().exitCode == 0)
    // A daemon that starts anew in the same system has nothing to watch over.
    let next = try await board.board.start()
    let ended = try await next.stop()
    #expect(!ended.errors.contains("slot."))
  }

  @Test func aServedPeerConfirms() async throws {
    try await startTrial()
    let laptop = try await LaptopNode(trusting: board.board.key)
    try board.board.trust(try LaptopNode.entry())
    let running = try await board.board.start()
    _ = try await running.process.line("slot.on_trial")
    #expect(try board.environment()?.confirmed == .a)
    try await laptop.connect(to: running)
    _ = try await laptop.call(running, "agent.whoami")
    _ = try await running.process.line("<5>slot.confirmed slot=b by=peer")
    #expect(try board.environment()?.confirmed == .b)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  /// The system before was reached by another interface than the one that works now.
  @Test func aPeerByAnotherPathDoesNotConfirm() async throws {
    let laptop = try await LaptopNode(trusting: board.board.key)
    try board.board.trust(try LaptopNode.entry())
    let before = try await board.board.start()
    try await laptop.connect(to: before)
    _ = try await laptop.call(before, "agent.whoami")
    #expect(try await before.stop().exitCode == 0)
    // Written by the confirmed system, and by no other.
    #expect(board.folder.read("state/reached") == Array("lo\n".utf8))
    try await startTrial()
    try board.folder.write("state/reached", "wlan7\n")
    let running = try await board.board.start()
    _ = try await running.process.line("<5>slot.on_trial slot=b path=wlan7")
    try await laptop.connect(to: running)
    _ = try await laptop.call(running, "agent.whoami")
    let ended = try await running.stop()
    #expect(!ended.errors.contains("slot.confirmed"))
    #expect(board.folder.read("state/reached") == Array("wlan7\n".utf8))
    #expect(try board.environment()?.confirmed == .a)
    // The operator may say otherwise.
    try board.configure(image: "confirm = any")
    let next = try await board.board.start()
    _ = try await next.process.line("<5>slot.on_trial slot=b path=any")
    try await laptop.connect(to: next)
    _ = try await laptop.call(next, "agent.whoami")
    _ = try await next.process.line("<5>slot.confirmed slot=b by=peer")
    await laptop.node.stop()
    _ = try await next.stop()
  }

  @Test func withoutANetworkItIsGivenUpAndTheBoardReboots() async throws {
    try await startTrial()
    try board.configure(interfaces: "nonesuch0", image: "patience = 100ms\nnetwork_timeout = 300ms")
    let process = try await board.board.start().process
    _ = try await process.line("<3>slot.given_up slot=b reason=no-network")
    #expect(try await process.end().exitCode == 93)
    #expect(try board.environment()?.tries == 3)
    try board.boot()
    #expect(try board.environment()?.failed == .b)
    #expect(try board.environment()?.reason == .noNetwork)
    let status = try await board.run("slot")
    #expect(status.output.hasPrefix("running   a\nconfirmed a\nfailed    b, no-network\n"))
  }

  @Test func aFailedWriteIsToldAndTriedAgain() async throws {
    try await startTrial()
    try board.configure(image: "patience = 300ms")
    try board.hideDisk()
    let running = try await board.board.start()
    let line = try await running.process.line("<3>slot.not_confirmed slot=b")
    #expect(line.contains("No such file or directory"))
    try board.showDisk()
    _ = try await running.process.line("<5>slot.confirmed slot=b by=patience")
    #expect(try board.environment()?.confirmed == .b)
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func withoutADiskToWriteToItStillReboots() async throws {
    try await startTrial()
    try board.configure(interfaces: "nonesuch0", image: "network_timeout = 300ms")
    try board.hideDisk()
    let process = try await board.board.start().process
    _ = try await process.line("<3>slot.reason_not_written")
    #expect(try await process.end().exitCode == 93)
  }

  @Test func anOperatorMayBeFaster() async throws {
    try await startTrial()
    try board.configure(interfaces: "nonesuch0", image: "network_timeout = 8s")
    let running = try await board.board.start()
    // As `peernetd slot confirm` does, without the time that a process takes.
    let pair = try board.environments()
    let update = pair.update(to: try #require(pair.current).confirming(running: .b))
    try board.write(update.bytes, at: update.offset)
    _ = try await running.process.line("<5>slot.confirmed slot=b by=operator")
    #expect(try board.environment()?.confirmed == .b)
    let ended = try await running.stop()
    #expect(ended.exitCode == 0 && !ended.errors.contains("given_up"))
  }

  @Test func aConfirmedSystemIsNotWatched() async throws {
    try board.configure(interfaces: "nonesuch0", image: "network_timeout = 100ms")
    let running = try await board.board.start()
    _ = try await running.process.line("daemon.started")
    let ended = try await running.stop()
    #expect(!ended.errors.contains("slot."))
    #expect(try board.environment()?.generation == 1)
  }

  @Test func systemInfoTellsOfImageAndBoot() async throws {
    try await startTrial()
    let laptop = try await LaptopNode(trusting: board.board.key)
    try board.board.trust(try LaptopNode.entry("system.info"))
    let running = try await board.board.start()
    try await laptop.connect(to: running)
    _ = try await laptop.call(running, "agent.whoami")
    _ = try await running.process.line("slot.confirmed")
    let info = try await laptop.call(running, "system.info")
    #expect(texts(info.value("image")) == ["slot": "b", "version": "7.0", "confirmed": "b"])
    #expect(
      texts(info.value("boot")) == ["reason": "watchdog", "detail": "no pet for 30 s", "data": "repaired"])
    // Whatever stands in those files, the answer comes.
    try board.folder.write("facts", [UInt8](repeating: 0xff, count: 100_000))
    try board.folder.write("release", "version=" + String(repeating: "x", count: 5000))
    try board.folder.write("cmdline", "board.slot=\u{0}")
    let hostile = try await laptop.call(running, "system.info")
    #expect(texts(hostile.value("boot")) == [:])
    #expect(
      texts(hostile.value("image")) == ["version": String(repeating: "x", count: 256), "confirmed": "b"])
    await laptop.node.stop()
    _ = try await running.stop()
  }
}

/// A map of texts; nil for anything else.
private func texts(_ term: Term?) -> [String: String]? {
  guard let pairs = term?.pairs else { return nil }
  var texts: [String: String] = [:]
  for pair in pairs {
    guard let key = pair.key.binaryBytes, let value = pair.value.binaryBytes else { return nil }
    texts[String(decoding: key, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
  }
  return texts
}
