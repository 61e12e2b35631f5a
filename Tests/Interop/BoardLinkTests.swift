import Boards
import ETF
import Foundation
import PeerNet
import Sodium
import TestKit
import Testing

/// How a board and a BEAM peer find, trust, lose and find each other again.
@Suite struct BoardLinkTests {
  // MARK: Pairing

  @Test func pairedOnTheBoardWhileItRuns() async throws {
    let board = try TestBoard()
    let running = try await board.start()
    var options = ErlangPeer.Options()
    options.trusts = [board.key]
    let peer = try await ErlangPeer.start(options)
    func control(_ arguments: String...) async throws {
      let ended = try await DaemonProcess(
        arguments + ["--config", board.folder.path("peernetd.conf")], in: board.folder
      ).end()
      #expect(ended.exitCode == 0, "\(ended.errors)")
    }

    _ = try await peer.dial(board.key, running.port)
    _ = try await running.process.line("stranger.rejected")
    try await eventually { try await !peer.isLinked(to: board.key) }

    try await control("pair", String(decoding: peer.key.text, as: UTF8.self), "erlang", "--allow", "system.*")
    _ = try await running.process.line("trust.loaded peers=1")
    #expect(try await peer.dial(board.key, running.port) == nil)
    #expect(try await peer.call(board.key, "system.info").value != nil)

    try await control("unpair", "erlang")
    try await eventually { try await !peer.isLinked(to: board.key) }
    _ = try await running.process.line("reason=unpaired")
    try await peer.expectNoForeignAtoms()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func pairedOnThePeerWhileItRuns() async throws {
    let board = try TestBoard()
    try board.configure(node: "announce = no\nsolicit = no\ndial = yes")
    let identity = Identity()
    try board.trust(try trustEntry(identity.key, "system.*"))
    let running = try await board.start()
    var options = ErlangPeer.Options()
    options.discoveryPort = board.discoveryPort
    let peer = try await ErlangPeer.start(options, identity: identity)
    _ = try await running.process.line("reason=closed_before_confirmed")

    try await peer.trust(board.key)
    try await eventually { try await peer.isLinked(to: board.key) }
    #expect(try await peer.call(board.key, "system.info").value != nil)

    try await peer.unpair(board.key)
    _ = try await running.process.line("peer.disconnected")
    #expect(try await !peer.isLinked(to: board.key))
    try await peer.expectNoForeignAtoms()
    #expect(try await running.stop().exitCode == 0)
  }

  // MARK: Discovery

  @Test func aPeerDialsTheBoardThatItHears() async throws {
    let board = try TestBoard()
    try board.configure(node: "announce = yes\nannounce_interval = 1s\nsolicit = no\ndial = no")
    let identity = Identity()
    try board.trust(try trustEntry(identity.key, ""))
    var options = ErlangPeer.Options()
    options.trusts = [board.key]
    options.discoveryPort = board.discoveryPort
    options.dials = true
    let peer = try await ErlangPeer.start(options, identity: identity)
    let running = try await board.start()
    try await eventually { try await peer.isLinked(to: board.key) }
    #expect(try await peer.sighting(of: board.key) == Int64(running.port))
    #expect(try await running.process.line("connection.opened").hasSuffix("by=peer"))
    try await peer.expectNoForeignAtoms()
    #expect(try await running.stop().exitCode == 0)
  }

  // MARK: Heartbeat

  @Test(arguments: Dialler.allCases) func thePeersPingsAreAnswered(_ dialler: Dialler) async throws {
    var options = ErlangPeer.Options()
    options.period = 1_000
    try await withBoard("", dialledBy: dialler, peer: options) { board, peer in
      try await eventually { try await peer.count("pongs_heard") >= 3 }
      #expect(try await peer.count("silent") == 0)
      #expect(board.count("connection.opened") == 1)
    }
  }

  @Test func theBoardPingsAPeerThatIsSilent() async throws {
    try await withBoard("", node: "heartbeat_interval = 1s\nheartbeat_timeout = 3s") { board, peer in
      try await eventually { try await peer.count("pings_heard") >= 3 }
      #expect(board.count("connection.closed") == 0)
    }
  }

  @Test(.enabled(if: isLong)) func thirtySecondsOfSilence() async throws {
    try await withBoard("") { board, peer in
      try await eventually(within: .seconds(45)) { try await peer.count("pongs_heard") == 1 }
      #expect(board.count("connection.opened") == 1)
      #expect(board.count("connection.closed") == 0)
    }
  }

  // MARK: Death and return

  @Test func aShortSuspensionEndsNothing() async throws {
    try await withBoard("system.*", node: "heartbeat_interval = 1s\nheartbeat_timeout = 30s") { board, peer in
      let heard = try await peer.count("pings_heard")
      try await peer.process.suspend()
      async let answer = peer.call(board.key, "system.info")
      try await Task.sleep(for: .milliseconds(1_500))
      peer.process.resume()
      #expect(try await answer.value != nil)
      // What was pinged meanwhile is answered now.
      try await eventually { try await peer.count("pings_heard") > heard }
      #expect(board.count("connection.closed") == 0)
    }
  }

  @Test(arguments: Dialler.allCases) func aLongSuspensionIsNoticedAndMended(_ dialler: Dialler) async throws {
    try await withBoard(
      "system.*", dialledBy: dialler, node: "heartbeat_interval = 1s\nheartbeat_timeout = 2s"
    ) { board, peer in
      try await peer.process.suspend()
      _ = try await board.process.line("peer.disconnected")
      #expect(try await board.process.line("peer.disconnected").contains("reason=silent"))
      peer.process.resume()
      if dialler == .theirs {
        try await eventually { try await !peer.isLinked(to: board.key) }
        #expect(try await peer.dial(board.key, board.port) == nil)
      }
      try await eventually(within: .seconds(30)) { board.count("peer.connected") == 2 }
      try await eventually { try await peer.call(board.key, "system.info").value != nil }
    }
  }

  @Test(arguments: Dialler.allCases) func aKilledPeerComesBackElsewhere(_ dialler: Dialler) async throws {
    let board = try TestBoard()
    try board.configure(node: "announce = no\nsolicit = no\ndial = \(dialler == .ours ? "yes" : "no")")
    let identity = Identity()
    try board.trust(try trustEntry(identity.key, "system.*"))
    let running = try await board.start()
    var options = ErlangPeer.Options()
    options.trusts = [board.key]
    options.discoveryPort = dialler == .ours ? board.discoveryPort : nil
    var ports: Set<UInt16> = []
    for life in 1...2 {
      let peer = try await ErlangPeer.start(options, identity: identity)
      if dialler == .theirs { #expect(try await peer.dial(board.key, running.port) == nil) }
      try await eventually(within: .seconds(30)) { running.count("peer.connected") == life }
      try await eventually { try await peer.isLinked(to: board.key) }
      #expect(try await peer.call(board.key, "system.info").value != nil)
      ports.insert(peer.port)
      try await peer.expectNoForeignAtoms()
      // With a call under way, which nobody waits for any more.
      try await peer.send(board.key, "beam_admin", .tuple([.atom("cast"), .atom("wifi"), .atom("restart"), []]))
      try await peer.process.killNow()
      try await eventually { running.count("peer.disconnected") == life }
    }
    #expect(ports.count == 2)
    #expect(try await running.stop().exitCode == 0)
  }

  // MARK: Both at once

  @Test func bothDialAtOnce() async throws {
    let board = try TestBoard()
    try board.configure(node: "announce = no\nsolicit = no\ndial = yes")
    let identities = (0..<12).map { _ in Identity() }
    try board.trust(
      try identities.enumerated().map { index, identity in
        TrustEntry(key: identity.key, label: Array("peer\(index)".utf8), grants: try #require(Grants(text: [0x2A])))
      })
    let running = try await board.start()
    let process = try await ErlangProcess()
    var options = ErlangPeer.Options()
    options.trusts = [board.key]
    options.discoveryPort = board.discoveryPort
    let (start, key, port) = (options, board.key, running.port)
    try await withThrowingTaskGroup { group in
      for (index, identity) in identities.enumerated() {
        group.addTask {
          // The board dials at the first announce, the peer as soon as it is up, or a few milliseconds later.
          let peer = try await ErlangPeer.start(
            start, identity: identity, named: Atom(Array("peer\(index)".utf8)), in: process)
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...8)))
          _ = try await peer.dial(key, port)
          try await settle(peer, with: key)
        }
      }
      try await group.waitForAll()
    }
    let peer = ErlangPeer(process: process, name: "peer0", key: identities[0].key, port: 0)
    try await peer.expectNoForeignAtoms()
    #expect(try await running.stop().exitCode == 0)
  }

  /// Waits until calls get through and no new connection comes up meanwhile.
  private func settle(_ peer: ErlangPeer, with key: PublicKey) async throws {
    try await eventually(within: .seconds(30)) {
      let before = try await (peer.count("dialled"), peer.count("accepted"))
      for _ in 0..<10 {
        guard try await peer.isLinked(to: key), try await peer.call(key, "agent.whoami").value != nil else {
          return false
        }
      }
      return try await before == (peer.count("dialled"), peer.count("accepted"))
    }
    #expect(try await peer.count("dialled") + peer.count("accepted") <= 3)
  }
}
