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
    var options = LaptopNode.Options.wireTwo(seed: seed)
    options.interface = TapDevice.name
    options.discoveryPort = FieldBoard.port
    options.dials = dials
    // Its thread starts in the namespace, and every socket with it.
    func make(_ configuration: PeerNode.Configuration) throws -> PeerNode {
      try lan.laptop.inside { Result { try PeerNode(configuration) } }.get()
    }
    let laptop = try await LaptopNode(
      trusting: boards, options: options, identity: { TestBoard.identity(seed) }, by: make)
    node = laptop.node
    let events = await node.events
    Task { [journal] in for await event in events { journal.write(event) } }
  }

  /// Its line in a board's trust list.
  public static func entry(seed: UInt8 = 1) throws -> TrustEntry {
    try LaptopNode.entry("*", seed: seed, wire: .two)
  }

  /// Asks a board for what takes it no time.
  public func call(_ board: PublicKey, timeout: Duration = .seconds(5)) async throws {
    _ = try await node.call(board, "system.info", timeout: timeout)
  }
}
