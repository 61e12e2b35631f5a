import ETF
import Foundation
import PeerNet
import PeerNetClientLinux
import Sodium
import Synchronization
import TestKit
import Testing

@testable import PeerNetClient

/// Whom a node trusts may change while it runs, by itself or by another process.
@Suite(.timeLimit(.minutes(2))) struct TrustTests {
  /// A program that prints what it caught tells a person what to do.
  @Test func anErrorOfTheListIsALine() async throws {
    var list = TrustList()
    try list.pair(PublicKey(1, 2, 3, 4), label: Array("a".utf8), grants: nil, wire: nil)
    let error = #expect(throws: TrustListError.self) {
      try list.pair(PublicKey(1, 2, 3, 5), label: Array("a".utf8), grants: nil, wire: nil)
    }
    let text = try #require(error).description
    #expect(text.hasSuffix("another peer has that label; choose another one, or unpair that peer first"), "\(text)")
    let torn = #expect(throws: TrustListError.self) { try TrustList.parse(Array("peernet-trust 1\nTORN x\n".utf8)) }
    #expect("\(try #require(torn))" == "line 2, column 1 of the trust list: the trust list does not take it (key)")
  }

  /// A node on a memory network whose files are real.
  private func node(_ home: TemporaryFolder, on network: MemoryNetwork) -> (PeerNode, MemoryTransport) {
    let host = network.transport()
    var configuration = PeerNode.Configuration(store: home.state)
    configuration.network = Network(listen: .any())
    return (PeerNode(configuration, transport: host), host)
  }

  @Test func pairingIsKept() async throws {
    let home = try TemporaryFolder()
    let network = MemoryNetwork()
    // Only who dials learns where the other is.
    let other = await TestNode(on: network) { $0.connectsAutomatically = false }
    try await other.node.start()
    let (node, _) = node(home, on: network)
    try await node.start()
    let key = try #require(await node.publicKey)
    try await other.node.pair(key, label: "home")
    try await node.pair(other.key, label: "other", allow: Grants("echo"), at: [other.endpoint])
    let entry = try #require(try home.state.trust().entry(for: other.key))
    #expect(entry.label == Array("other".utf8))
    #expect(entry.grants == Grants("echo"))
    try await eventually { await node.status(of: other.key)?.wire == .two }
    await node.stop()
    // What was learned meanwhile is on disk once the node has stopped.
    let memory = try #require(try home.state.memory().peer(other.key))
    #expect(memory.addresses == [try await other.endpoint])
    #expect(memory.speaksTwo)

    // The next run knows both without a word, and needs no discovery.
    let (again, _) = self.node(home, on: network)
    try await again.start()
    #expect(await again.publicKey == key)
    try await eventually { await again.isConnected(to: other.key) }
    // Who is not named keeps what it had.
    try await again.pair(other.key, label: "friend")
    #expect(try home.state.trust().entry(for: other.key)?.grants == Grants("echo"))
    try await again.unpair(other.key)
    #expect(await !again.isConnected(to: other.key))
    #expect(try home.state.trust().entries.isEmpty)
    #expect(try home.state.memory().peer(other.key) == nil)
    await #expect(throws: PeerNetError.untrustedPeer) { try await again.unpair(other.key) }
    await #expect(throws: PeerNetError.ownKey) { try await again.pair(key, label: "me") }
    await again.stop()
    await other.node.stop()
  }

  /// A change that the store refuses changes nothing.
  @Test func aLabelThatIsTakenChangesNothing() async throws {
    let one = await TestNode(on: MemoryNetwork())
    try await one.node.start()
    let (first, second) = (MemoryStore().publicKey, MemoryStore().publicKey)
    try await one.node.pair(first, label: "board")
    await #expect(throws: TrustListError.self) { try await one.node.pair(second, label: "board") }
    #expect(await one.node.statuses.map(\.entry.key) == [first])
    await one.node.stop()
  }

  @Test func anotherProcessesChangeIsTakenOver() async throws {
    let home = try TemporaryFolder()
    let network = MemoryNetwork()
    let other = await TestNode(on: network)
    try await other.node.start()
    let (node, _) = node(home, on: network)
    try await node.start()
    try await other.node.pair(#require(await node.publicKey), label: "home")
    // A folder of its own on the same path is all that another process has.
    let elsewhere = HomeFolder(path: home.path)
    _ = try elsewhere.changeTrust { try $0.pair(other.key, label: Array("other".utf8), grants: nil, wire: nil) }
    try await node.reloadTrust()
    try await node.connect(to: other.key, timeout: .seconds(30))

    // A change of our own does not undo the other's.
    let third = MemoryStore().publicKey
    _ = try elsewhere.changeTrust { try $0.pair(third, label: Array("third".utf8), grants: nil, wire: nil) }
    try await node.pair(MemoryStore().publicKey, label: "fourth")
    #expect(await node.statuses.count == 3)

    // A torn file is told of, and whoever is trusted stays so.
    let good = try #require(home.read("trust"))
    try home.write("trust", Array(good.dropLast(5)) + Array("\nnonsense\n".utf8))
    await #expect(throws: HomeFolderError.self) { try await node.reloadTrust() }
    await #expect(throws: HomeFolderError.self) { try await node.pair(MemoryStore().publicKey, label: "fifth") }
    #expect(await node.isConnected(to: other.key))
    #expect(await node.statuses.count == 3)
    try home.write("trust", good)

    _ = try elsewhere.changeTrust { try $0.remove(other.key) }
    try await node.reloadTrust()
    #expect(await !node.isConnected(to: other.key))
    #expect(await node.statuses.count == 2)
    await node.stop()
    await other.node.stop()
  }

  /// The list is watched before it is read: nobody falls in between.
  @Test func whoIsPairedWhileANodeStartsIsTrusted() async throws {
    struct LateStore: PeerStore {
      let files: HomeFolder
      let late: PublicKey

      func trust() throws -> TrustList {
        let read = try files.trust()
        // What another process does right behind this.
        _ = try files.changeTrust { list in
          if list.entry(for: late) == nil { try list.pair(late, label: Array("late".utf8), grants: nil, wire: nil) }
        }
        return read
      }
      func identity() throws -> KeyPair { try files.identity() }
      func memory() throws -> PeerMemory { try files.memory() }
      func changeTrust(_ change: (inout TrustList) throws -> Void) throws -> TrustList { try files.changeTrust(change) }
      func trustChanges() -> AsyncStream<Void> { files.trustChanges() }
      func remember(_ peer: PeerMemory.Peer) throws { try files.remember(peer) }
      func forget(_ key: PublicKey) throws { try files.forget(key) }
    }
    let home = try TemporaryFolder()
    let late = MemoryStore().publicKey
    let configuration = PeerNode.Configuration(store: LateStore(files: home.state, late: late))
    let node = PeerNode(configuration, transport: MemoryNetwork().transport())
    try await node.start()
    try await eventually { await node.status(of: late) != nil }
    await node.stop()
  }

  /// Nor between the start and a reading ahead of it, as a command does it.
  @Test func whoIsPairedBehindAReadingAheadIsTrusted() async throws {
    let home = try TemporaryFolder()
    let files = home.state
    let changes = files.trustChanges()
    let trust = try files.trust()
    let late = MemoryStore().publicKey
    _ = try files.changeTrust { try $0.pair(late, label: Array("late".utf8), grants: nil, wire: nil) }
    let node = PeerNode(PeerNode.Configuration(store: files), transport: MemoryNetwork().transport())
    try await node.start(as: files.identity(), trusting: trust, changes: changes)
    try await eventually { await node.status(of: late) != nil }
    await node.stop()
  }

  /// Whatever the order in which changes come to an end, the list in force is the one on disk.
  @Test func fiftyPairingsAtOnceAreAllInForce() async throws {
    let home = try TemporaryFolder()
    let (node, _) = node(home, on: MemoryNetwork())
    try await node.start()
    let keys = (0..<50).map { _ in MemoryStore().publicKey }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, key) in keys.enumerated() {
        group.addTask { try await node.pair(key, label: "peer \(index)", allow: .everything) }
      }
      try await group.waitForAll()
    }
    #expect(await Set(node.statuses.map(\.entry.key)) == Set(keys))
    #expect(try Set(home.state.trust().entries.map(\.key)) == Set(keys))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for key in keys.dropLast() { group.addTask { try await node.unpair(key) } }
      try await group.waitForAll()
    }
    #expect(await node.statuses.map(\.entry.key) == [keys[49]])
    #expect(try home.state.trust().entries.map(\.key) == [keys[49]])
    await node.stop()
  }

  /// What a slow store still has to keep of a peer does not outlive its unpairing.
  @Test func unpairingForgetsWhatIsStillBeingKept() async throws {
    let network = MemoryNetwork()
    let store = SlowStore()
    var configuration = PeerNode.Configuration(store: store)
    configuration.network = Network(listen: .any())
    let node = PeerNode(configuration, transport: network.transport())
    let other = await TestNode(on: network)
    try await other.node.start()
    try await node.start()
    try await other.node.pair(store.inner.publicKey, label: "slow")
    try await node.pair(other.key, label: "other", at: [other.endpoint])
    try await eventually { await node.isConnected(to: other.key) }
    try await node.unpair(other.key)
    await node.stop()
    #expect(store.inner.memory().peer(other.key) == nil)
    await other.node.stop()
  }
}

/// Takes its time to remember.
private final class SlowStore: PeerStore {
  let inner = MemoryStore()

  func identity() throws -> KeyPair { try inner.identity() }
  func trust() -> TrustList { inner.trust() }
  func memory() -> PeerMemory { inner.memory() }
  func changeTrust(_ change: (inout TrustList) throws -> Void) throws -> TrustList { try inner.changeTrust(change) }
  func forget(_ key: PublicKey) { inner.forget(key) }

  func remember(_ peer: PeerMemory.Peer) {
    usleep(50_000)
    inner.remember(peer)
  }
}

extension TemporaryFolder {
  /// A node's files in it.
  fileprivate var state: HomeFolder { HomeFolder(path: path) }
}
