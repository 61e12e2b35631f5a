import Dispatch
import Foundation
import Linux
import PeerNet
import PeerNetLinux
import Reactor
import Sodium

/// Many peers of one board, all on one thread.
final class Crowd: @unchecked Sendable {
  let keys: [PublicKey]
  private let seeds: [[UInt8]]
  private let reactor: Reactor
  private let waker: Waker
  // Touched on the reactor's thread only.
  private var members: [(node: Node, transport: ReactorTransport)] = []

  init(count: Int) throws {
    reactor = try Reactor()
    waker = reactor.waker
    var random = RandomStream.system()
    seeds = (0..<count).map { _ in random.bytes(RandomStream.seedByteCount) }
    keys = seeds.map { Self.identity($0).publicKey }
    let thread = Thread { [self] in
      do { try reactor.run() } catch { fatalError("the reactor failed: \(error)") }
    }
    thread.start()
  }

  private static func identity(_ seed: [UInt8]) -> KeyPair {
    var random = RandomStream(seed: seed)
    return .generate(from: &random)
  }

  /// Connects members, one after another, until that many are.
  func connect(_ count: Int, to peer: PublicKey, at endpoint: Endpoint) throws {
    let done = DispatchSemaphore(value: 0)
    waker.post { [self] in connectNext(count, peer, endpoint) { done.signal() } }
    guard done.wait(timeout: .now() + 60) == .success else { throw BenchError("the crowd cannot connect") }
  }

  private func connectNext(_ count: Int, _ peer: PublicKey, _ endpoint: Endpoint, _ done: @escaping () -> Void) {
    guard members.count < count else { return done() }
    do {
      var configuration = ReactorTransport.Configuration()
      configuration.listen = nil
      configuration.discoveryPort = nil
      let transport = try ReactorTransport(reactor: reactor, configuration: configuration)
      var trust = TrustList()
      try trust.add(TrustEntry(key: peer, label: Array("board".utf8), wire: .two))
      var random = RandomStream.system()
      let node = Node(
        identity: Self.identity(seeds[members.count]), trust: trust, seed: random.bytes(RandomStream.seedByteCount),
        now: transport.now)
      members.append((node, transport))
      try transport.start(node) { [self] event in
        guard case .connected = event else { return }
        // Not from inside this node's own outputs.
        reactor.schedule(after: .zero) { [self] in connectNext(count, peer, endpoint, done) }
      }
      transport.perform { $0.connect(peer, at: [endpoint], now: transport.now) }
    } catch {
      fatalError("a member of the crowd: \(error)")
    }
  }

  func stop() {
    waker.post { [self] in
      for member in members { member.transport.close() }
      members = []
      reactor.stop()
    }
  }
}
