import ETF
import PeerNet
import Testing
import VirtualNetwork

/// What goes wrong is a verb of every world, whatever its links are.
@Suite struct FaultTests {
  static let transports: [World.Transport] = [.ordered, .tcp(.clear)]

  /// Two nodes that trust each other; the first one has dialled, unless told otherwise.
  private static func pair(_ transport: World.Transport, isConnected: Bool = true) -> World {
    let world = World(transport, seed: 5)
    world.inspect = { $0.checkInvariants(now: $1) }
    for index in 0...1 { world.add(trusting: [1 - index], wire: .two) }
    if isConnected {
      world.connect(0, 1)
      world.run(.seconds(20))
      #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
    }
    return world
  }

  /// Silence is noticed within 47 s where there are no probes; then the first one wants the second again.
  private static func losesAndFinds(_ world: World, until repair: () -> Void) {
    world.run(.seconds(60))
    #expect(!world.isConnected(0, 1))
    repair()
    world.connect(0, 1)
    world.run(.seconds(8))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }

  @Test(arguments: transports) func whoIsCutOffIsMissed(_ transport: World.Transport) {
    let world = Self.pair(transport)
    world.cutOff = [1]
    Self.losesAndFinds(world) { world.cutOff = [] }
  }

  @Test(arguments: transports) func aPowerCutIsSilence(_ transport: World.Transport) {
    let world = Self.pair(transport)
    world.cutPower(1)
    Self.losesAndFinds(world) { world.restorePower(1) }
  }

  @Test(arguments: transports) func aConnectionMayDieWithoutAWord(_ transport: World.Transport) {
    let world = Self.pair(transport)
    world.severAll(0)
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)
    Self.losesAndFinds(world) { world.links = [:] }
  }

  @Test(arguments: transports) func anAddressMayBeLost(_ transport: World.Transport) {
    let world = Self.pair(transport)
    world.changeAddress(1, to: 0x0a00_0100)
    world.run(.seconds(1))
    #expect(!world.isConnected(1, 0) && world.isConnected(0, 1))
    Self.losesAndFinds(world) {}
  }

  @Test(arguments: transports) func aResetIsToldToBoth(_ transport: World.Transport) {
    let world = Self.pair(transport)
    world.resetAll(1)
    world.run(.seconds(2))
    for index in 0...1 { #expect(world.count(index) { if case .disconnected = $0 { true } else { false } } > 0) }
    #expect(world.isConnected(0, 1))
  }

  /// What comes meanwhile waits: for the program that is busy, and for the machine that sleeps.
  @Test(arguments: transports, [true, false])
  func whoIsAwayAnswersLater(_ transport: World.Transport, sleeps: Bool) throws {
    let world = Self.pair(transport)
    if sleeps { world.suspend(1) } else { world.stall(1, for: .seconds(2)) }
    let call = try world.call(0, 1, timeout: .seconds(20))
    world.run(.seconds(1))
    #expect(world.outcome(0, call).isEmpty)
    world.run(.seconds(1))
    if sleeps { world.resume(1) }
    world.run(.seconds(8))
    #expect(world.outcome(0, call) == [.answered(.ok(.integer(1)))])
  }

  @Test(arguments: transports) func aDoorMayBeClosed(_ transport: World.Transport) {
    let world = Self.pair(transport, isConnected: false)
    world.links[World.endpoint(1)] = World.Link(refuses: true)
    world.connect(0, 1)
    world.run(.seconds(3))
    #expect(world.count(0) { if case .dialFailed(_, _, .refused) = $0 { true } else { false } } > 0)
    #expect(!world.isConnected(0, 1))
    world.links = [:]
    world.connect(0, 1)
    world.run(.seconds(5))
    #expect(world.isConnected(0, 1))
  }

  @Test(arguments: transports) func aMachineMayHaveTwoAddresses(_ transport: World.Transport) {
    let world = Self.pair(transport, isConnected: false)
    let other = Endpoint(ipv4: 0x0a00_0a01, port: World.port)
    world.aliases[other] = 1
    world.act(0) { $0.connect(world.machines[1].publicKey, at: [other], now: world.clock(0)) }
    world.run(.seconds(3))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }
}
