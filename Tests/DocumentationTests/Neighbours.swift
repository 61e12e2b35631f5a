import PeerNetClientLinux
import Synchronization

/// Two nodes that are connected and trust each other, one to be called and one that calls.
struct Neighbours {
  let lamp: PeerNode
  let phone: PeerNode
  let lampKey: PublicKey
  let phoneKey: PublicKey

  var device: Device { phone.device(lampKey) }

  /// Starts both. What the lamp grants is as in a trust line.
  init(allow: String = "*") async throws {
    let (lampStore, phoneStore) = (MemoryStore(), MemoryStore())
    (lampKey, phoneKey) = (lampStore.publicKey, phoneStore.publicKey)
    var configuration = PeerNode.Configuration(store: lampStore)
    configuration.network = Network(listen: .loopback(), discoveryPort: nil)
    lamp = try PeerNode(configuration)
    configuration = PeerNode.Configuration(store: phoneStore)
    configuration.network = Network(discoveryPort: nil)
    phone = try PeerNode(configuration)
    try await lamp.start()
    try await phone.start()
    try await lamp.pair(phoneKey, label: "phone", allow: Grants(allow))
    try await phone.pair(lampKey, label: "lamp")
    try await phone.connect(to: lampKey, at: [.loopback(port: lamp.port!)])
  }

  func stop() async {
    await phone.stop()
    await lamp.stop()
  }
}

/// What a snippet showed, in order.
final class Shown: Sendable {
  private let shown = Mutex<[String]>([])

  var lines: [String] { shown.withLock { $0 } }

  func show(_ line: String) { shown.withLock { $0.append(line) } }

  /// Waits for a line.
  func wait(for line: String, within limit: Duration = .seconds(60)) async throws {
    let end = ContinuousClock.now + limit
    while !lines.contains(line) {
      guard ContinuousClock.now < end else { throw Example.TooLate(waitedFor: line, printed: "\(lines)") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
