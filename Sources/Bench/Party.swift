import Dispatch
import ETF
import Foundation
import Linux
import PeerNet
import PeerNetLinux
import Reactor
import Sodium

/// A node on a reactor and a thread of its own. Its handle `echo` answers with what it was given.
final class Party: @unchecked Sendable {
  static let echo: Atom = "echo"

  let publicKey: PublicKey
  let port: UInt16
  // Touched on the reactor's thread only, once that runs.
  let node: Node
  let transport: ReactorTransport
  private let reactor: Reactor
  private let waker: Waker
  /// What a measurement wants to hear of.
  var onEvent: (Event) -> Void = { _ in }

  init(_ identity: consuming KeyPair, trusting other: PublicKey, listens: Bool) throws {
    var trust = TrustList()
    try trust.add(TrustEntry(key: other, label: Array("other".utf8), grants: .everything, wire: .two))
    var configuration = ReactorTransport.Configuration()
    configuration.listen = listens ? .loopback(port: 0) : nil
    configuration.discoveryPort = nil
    reactor = try Reactor()
    waker = reactor.waker
    transport = try ReactorTransport(reactor: reactor, configuration: configuration)
    port = transport.localPort ?? 0
    publicKey = identity.publicKey
    var settings = NodeConfiguration()
    settings.dialsAutomatically = false
    var random = RandomStream.system()
    node = Node(
      identity: identity, trust: trust, configuration: settings, seed: random.bytes(RandomStream.seedByteCount),
      now: transport.now)
    node.expose(Self.echo.bytes, limit: 256)
    try transport.start(node) { [unowned self] event in
      if case .request(let request) = event, let token = request.token {
        node.reply(token, .ok(request.arguments), now: transport.now)
      } else {
        onEvent(event)
      }
    }
    let thread = Thread { [self] in
      do { try reactor.run() } catch { fatalError("the reactor failed: \(error)") }
    }
    thread.start()
  }

  /// Runs `begin` on the party's thread and waits until something calls the function that it is given.
  func run(within seconds: Double = 60, _ begin: @escaping (Party, @escaping () -> Void) -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let work = Work { party in party.transport.perform { _ in begin(party) { done.signal() } } }
    waker.post { work.body(self) }
    guard done.wait(timeout: .now() + seconds) == .success else { throw BenchError("took longer than \(seconds) s") }
  }

  func stop() throws {
    try run { party, done in
      party.onEvent = { _ in }
      party.node.stop(now: party.transport.now)
      party.transport.finish {
        party.reactor.stop()
        done()
      }
    }
  }

  /// Carries a measurement to the thread that runs it.
  private struct Work: @unchecked Sendable {
    let body: (Party) -> Void
  }
}
