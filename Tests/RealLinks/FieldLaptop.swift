import Boards
import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

/// The laptop of a flaky network: a node of the library's, on the laptop's interface.
public final class FieldLaptop: Sendable {
  public let node: PeerNode
  public let journal = Journal<Event>()

  /// Starts it. It trusts these boards and keeps connected to them when it `dials`; it cannot be dialled itself.
  public init(on lan: FlakyLan, trusting boards: [PublicKey], seed: UInt8 = 1, dials: Bool = true) async throws {
    var list = TrustList()
    for (index, board) in boards.enumerated() {
      try list.add(TrustEntry(key: board, label: Array("board\(index)".utf8), grants: .none, wire: .two))
    }
    var configuration = PeerNode.Configuration(store: MemoryStore(identity: TestBoard.identity(seed), trust: list))
    configuration.connectsAutomatically = dials
    configuration.network = Network(discoveryPort: FieldBoard.port, interfaces: [TapDevice.name])
    // Its thread starts in the namespace, and every socket with it.
    node = try lan.laptop.inside { [configuration] in Result { try PeerNode(configuration) } }.get()
    try await node.start()
    let events = await node.events
    Task { [journal] in for await event in events { journal.write(event) } }
  }

  /// Its line in a board's trust list.
  public static func entry(seed: UInt8 = 1) throws -> TrustEntry {
    TrustEntry(
      key: TestBoard.identity(seed).publicKey, label: Array("laptop\(seed)".utf8),
      grants: Grants(text: Array("*".utf8))!,
      wire: .two)
  }

  /// Asks a board for what takes it no time.
  public func call(_ board: PublicKey, timeout: Duration = .seconds(5)) async throws {
    _ = try await node.call(board, "system.info", timeout: timeout)
  }
}
