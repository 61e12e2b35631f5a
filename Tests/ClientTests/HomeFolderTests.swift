import Foundation
import PeerNetClientLinux
import TestKit
import Testing

/// A node whose state is in files that other processes change, too.
@Suite(.timeLimit(.minutes(3))) struct HomeFolderTests {
  private let folder: TemporaryFolder
  private var home: HomeFolder { HomeFolder(path: folder.path("home")) }

  init() throws { folder = try TemporaryFolder() }

  private func node() throws -> PeerNode {
    var configuration = PeerNode.Configuration(store: home)
    configuration.network.discoveryPort = nil
    return try PeerNode(configuration)
  }

  private func labels(_ statuses: [Node.PeerStatus]) -> Set<String> { Set(statuses.map(\.entry.name)) }

  @Test func whatAnotherProcessPairsAndUnpairsIsTakenOver() async throws {
    let node = try node()
    try await node.start()
    let peers = await node.peers
    let key = LoopbackTests.key(9).publicKey
    _ = try home.changeTrust { try $0.pair(key, label: Array("board".utf8), grants: nil, wire: nil) }
    for await statuses in peers where labels(statuses) == ["board"] { break }
    // A torn file changes nothing.
    let file = home.path + "/trust"
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    try Data("peernet-trust 1\nhalf a li".utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    await #expect(throws: (any Error).self) { try await node.reloadTrust() }
    #expect(labels(await node.statuses) == ["board"])
    try whole.write(to: URL(fileURLWithPath: file), options: .atomic)
    _ = try home.changeTrust { try $0.remove(key) }
    for await statuses in peers where statuses.isEmpty { break }
    #expect(await !node.isConnected(to: key))
    await node.stop()
  }

  @Test func whatIsPairedIsStillPairedInTheNextRun() async throws {
    let key = LoopbackTests.key(9).publicKey
    let own = try await node().run { node in
      try await node.pair(key, label: "board", allow: Grants("wifi.*"), wire: .two)
      try await node.pair(key, label: "workshop")
      return try #require(await node.publicKey)
    }
    try await node().run { node in
      let entry = try #require(await node.status(of: key)?.entry)
      #expect(entry.name == "workshop" && entry.grants.description == "wifi.*" && entry.wire == .two)
      #expect(await node.publicKey == own)
      await #expect(throws: PeerNetError.ownKey) { try await node.pair(own, label: "me") }
      try await node.unpair(key)
      await #expect(throws: PeerNetError.untrustedPeer) { try await node.unpair(key) }
    }
    #expect(try home.trust().entries.isEmpty)
  }
}
