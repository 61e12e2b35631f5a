import Programs
import VirtualNetwork

/// A laptop and some boards, each in a namespace of its own with one interface, and between them a forwarder that loses,
/// delays and swallows by a seed. Nothing of it touches the computer's own network.
public final class FlakyLan: Sendable {
  public let laptop: NetworkNamespace
  public let boards: [NetworkNamespace]
  public let forwarder: Forwarder
  private let laptopDevice: TapDevice
  private let boardDevices: [TapDevice]

  /// The laptop's address ends in this; board N's in 10 plus N until it gets another.
  public static let laptopHost: UInt8 = 1

  /// An address of this network.
  public static func address(_ host: UInt8) -> String { "192.168.99.\(host)" }

  /// The address that board N starts with, the last byte of it.
  public static func host(ofBoard index: Int) -> UInt8 { UInt8(10 + index) }

  /// Up to 100 boards, the weather of whose links is the same, their dice not.
  public init(boards count: Int = 1, weather: Weather = .clear, seed: UInt64 = 1) async throws {
    precondition((1...100).contains(count))
    laptop = try NetworkNamespace()
    boards = try (0..<count).map { _ in try NetworkNamespace() }
    laptopDevice = try TapDevice(in: laptop)
    boardDevices = try boards.map { try TapDevice(in: $0) }
    forwarder = Forwarder(laptop: laptopDevice, boards: boardDevices, weather: weather, seed: seed)
    try await Self.setUp(laptop, station: 0, host: Self.laptopHost)
    for (index, board) in boards.enumerated() {
      try await Self.setUp(board, station: UInt8(index + 1), host: Self.host(ofBoard: index))
    }
    forwarder.start()
  }

  deinit { forwarder.end() }

  /// Gives the laptop or a board another address, in place of the one that it has.
  public func readdress(_ namespace: NetworkNamespace, from old: UInt8, to new: UInt8) async throws {
    try await Self.shell(
      namespace,
      "ip addr del \(Self.address(old))/24 dev \(TapDevice.name) && "
        + "ip addr add \(Self.address(new))/24 brd + dev \(TapDevice.name)")
  }

  /// Plugs a board's cable in or out, as a radio that joins or loses its network does.
  public func setCarrier(_ index: Int, _ isThere: Bool) throws { try boardDevices[index].setCarrier(isThere) }

  /// The same of the laptop.
  public func setLaptopCarrier(_ isThere: Bool) throws { try laptopDevice.setCarrier(isThere) }

  private static func setUp(_ namespace: NetworkNamespace, station: UInt8, host: UInt8) async throws {
    let name = TapDevice.name
    try await shell(
      namespace,
      "ip link set lo up && ip link set \(name) address \(Frame.address(of: station)) && "
        + "ip addr add \(address(host))/24 brd + dev \(name) && ip link set \(name) up")
  }

  private static func shell(_ namespace: NetworkNamespace, _ script: String) async throws {
    try await Command.demand(namespace.words + ["sh", "-c", script])
  }
}
