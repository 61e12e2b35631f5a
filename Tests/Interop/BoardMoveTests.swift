import Boards
import ETF
import Foundation
import PeerNet
import Sodium
import TestKit
import Testing

/// A board on which a BEAM node ran, and now the agent does: with the same files, and nobody pairs again.
@Suite struct BoardMoveTests {
  @Test func aBoardMovesOverFromTheBEAM() async throws {
    // The board as it was, and a peer that is paired with it.
    let board = try TestBoard()
    let old = try TemporaryFolder()
    var options = ErlangPeer.Options()
    options.folder = old.path
    let before = try await ErlangPeer.start(options)
    options.folder = nil
    options.trusts = [before.key]
    let peer = try await ErlangPeer.start(options)
    try await before.trust(peer.key)
    try await before.expose("echo", .atom("echo"))
    #expect(try await peer.dial(before.key, before.port) == nil)
    // A call in one piece with M3 would lie unread there.
    try await eventually { try await before.isLinked(to: peer.key) }
    #expect(try await peer.call(before.key, "echo", 1) == .ok(1))
    try await before.process.killNow()

    // The agent takes its place, with its key and its list.
    let identity = try #require(old.read("identity.keys"))
    try board.folder.write("state/identity.keys", identity)
    let imported = try await DaemonProcess.run(
      "import", "--allow", "system.*", "--config", board.folder.path("peernetd.conf"), old.path("trust.bin"),
      in: board.folder)
    #expect(imported.exitCode == 0, "\(imported.errors)")
    let running = try await board.start()
    try await eventually { try await !peer.isLinked(to: before.key) }

    // For the peer it is the one it was.
    #expect(try await peer.dial(before.key, running.port) == nil)
    #expect(try await peer.call(before.key, "system.info").value?[binaryKey: "wire"] == 1)
    #expect(try await peer.rpc(before.key, "Elixir.Wifi", "restart") == .error(.atom("forbidden")))
    #expect(board.folder.read("state/identity.keys") == identity)
    try await peer.expectNoForeignAtoms()
    #expect(try await running.stop().exitCode == 0)
  }
}
