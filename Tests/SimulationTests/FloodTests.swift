import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// Strangers by the thousand, and who gets in beside them. Newcomers are 150 ms away.
@Suite struct FloodTests {
  enum Greeting: CaseIterable {
    case nothing, piece, m1

    func bytes(_ number: Int) -> [UInt8] {
      switch self {
      case .nothing: []
      case .piece: [0, 0, 0, 38, 131, 109]
      case .m1: [0, 0, 0, 32] + (0..<32).map { UInt8(truncatingIfNeeded: (number &* 40_503) >> ($0 & 15)) | 16 }
      }
    }
  }

  enum Crowd: CaseIterable {
    /// 500 a second.
    case seventyAddresses
    /// 5,000 a second, as are the others.
    case twoHundredFiftyAddressesAndANetwork, network, everybody

    var spacing: TimeSpan { self == .seventyAddresses ? .milliseconds(2) : .microseconds(200) }

    func source(_ number: Int, _ random: inout RandomStream) -> Endpoint {
      let inNetwork = Endpoint(high: 0x2001_0db8_0001_0002, low: random.next(), port: 9)
      switch self {
      case .seventyAddresses: return Endpoint(ipv4: 0x0b00_0000 + UInt32(number % 70), port: 9)
      case .twoHundredFiftyAddressesAndANetwork:
        return number % 2 == 0 ? Endpoint(ipv4: 0x0b00_0000 + UInt32(number / 2 % 250), port: 9) : inNetwork
      case .network: return inNetwork
      case .everybody: return Endpoint(ipv4: 0x0c00_0000 | UInt32(random.below(1 << 24)), port: 9)
      }
    }
  }

  /// A crowd that comes while the world goes on.
  private final class Flood {
    private let world: World
    private let crowd: Crowd
    private let greeting: Greeting
    private var random = RandomStream(seed: [UInt8](repeating: 3, count: 32))
    private var next: Instant
    private(set) var count = 0

    init(_ crowd: Crowd, _ greeting: Greeting, in world: World) {
      (self.world, self.crowd, self.greeting) = (world, crowd, greeting)
      next = world.now
    }

    /// The strangers of a millisecond come in one turn of the board's loop, as they do.
    func run(_ duration: TimeSpan, until isOver: () -> Bool = { false }) {
      let end = world.now + duration
      while world.now < end, !isOver() {
        world.act(1) { node in
          while next <= world.now {
            let id = node.handleAccepted(from: crowd.source(count, &random), now: world.now)
            let bytes = greeting.bytes(count)
            if !bytes.isEmpty { node.handleReceived(id, bytes, now: world.now) }
            count += 1
            next = next + crowd.spacing
          }
        }
        world.run(.milliseconds(1))
      }
    }
  }

  /// Node 1 is the board; node 0 is a newcomer that it trusts, node 2 has been connected for long.
  private func world(seed: UInt8) -> World {
    let world = World(seed: seed)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [0, 2], wire: .two)
    world.add(trusting: [1], wire: .two)
    world.connect(2, 1)
    world.run(.seconds(1))
    world.link.delay = 75...75
    return world
  }

  /// Its address is no friend's yet: it has come nowhere near as often as the others, that is all.
  @Test(arguments: Crowd.allCases.filter { $0 != .everybody }, Greeting.allCases)
  func aNewcomerGetsInWithinTwoSeconds(_ crowd: Crowd, _ greeting: Greeting) {
    for head: TimeSpan in [.zero, .milliseconds(1_200)] {
      let world = world(seed: 1)
      let flood = Flood(crowd, greeting, in: world)
      flood.run(head)
      let start = world.now
      world.connect(0, 1)
      flood.run(.seconds(4)) { world.open(1, with: 0) == 1 }
      #expect(world.now - start <= .seconds(2), "\(crowd) \(greeting) \(head)")
      #expect(world.open(1, with: 0) == 1 && world.open(1, with: 2) == 1)
    }
  }

  /// Where so many take part that none of them is conspicuous, places for addresses that have proven themselves are left.
  @Test(arguments: Crowd.allCases, [Greeting.nothing, .m1])
  func whoWasThereBeforeGetsInWhoeverElseComes(_ crowd: Crowd, _ greeting: Greeting) {
    let world = world(seed: 2)
    world.connect(0, 1)
    world.run(.seconds(2))
    world.act(0) { $0.disconnect(World.key(1).publicKey, now: world.now) }
    world.run(.seconds(1))
    #expect(world.open(1, with: 0) == 0)
    let flood = Flood(crowd, greeting, in: world)
    flood.run(.milliseconds(1_200))
    let start = world.now
    world.connect(0, 1)
    flood.run(.seconds(4)) { world.open(1, with: 0) == 1 }
    #expect(world.now - start <= .milliseconds(600), "a handshake at once")
  }

  /// Its memory of who dials in is lost with the board's power, and that of whom it has dialled is not.
  @Test func theAddressesThatAreRememberedAreKnownFromTheStart() {
    let world = world(seed: 3)
    world.connect(1, 0)
    world.run(.seconds(2))
    world.powerCycle(1, keepsMemory: true)
    world.run(.milliseconds(300))
    let flood = Flood(.everybody, .m1, in: world)
    flood.run(.milliseconds(1_200))
    let start = world.now
    world.powerCycle(0, keepsMemory: true)
    world.connect(0, 1)
    flood.run(.seconds(4)) { world.open(1, with: 0) == 1 }
    #expect(world.now - start <= .milliseconds(600))
  }

  /// What a handshake costs is spent at a bounded rate, whoever asks and however often.
  @Test(arguments: Crowd.allCases) func fewOfAFloodAreAnswered(_ crowd: Crowd) {
    let world = world(seed: 4)
    let said = world.saidToStrangers
    let flood = Flood(crowd, .m1, in: world)
    flood.run(.seconds(3))
    let answered = world.saidToStrangers - said
    #expect((32...32 + 3 * 63).contains(answered), "32 at once and 62 a second: \(answered) of \(flood.count)")
    #expect(world.node(1).strangers.connections.count == 64)
    world.run(.seconds(6))
    #expect(world.node(1).strangers.connections.count == 0)
  }

  /// Who shares an address with a friend has few of the places that are kept for it, and so has a crowd of such.
  @Test func placesThatAreKeptAreFew() {
    let world = world(seed: 5)
    world.act(1) { node in
      for number in 0..<100 {
        _ = node.handleAccepted(from: World.endpoint(2).with(port: UInt16(1_000 + number)), now: world.now)
      }
    }
    let known = { world.node(1).strangers.connections.count { $0.stranger?.isKnown ?? false } }
    #expect(known() == 4)
    world.act(1) { node in
      for host in 0..<40 {
        node.strangers.flood.note(
          Endpoint(ipv4: 0x0d00_0000 + UInt32(host), port: 1), of: PublicKey(UInt64(host / 4), 0, 0, 0))
        for _ in 0..<4 {
          _ = node.handleAccepted(from: Endpoint(ipv4: 0x0d00_0000 + UInt32(host), port: 9), now: world.now)
        }
      }
    }
    #expect(known() == 32)
    // The latest four addresses of a key, whatever order they are met in.
    world.act(1) { node in
      let key = PublicKey(1, 2, 3, 4)
      for host in [1, 2, 3, 4, 1, 5, 3] as [UInt32] {
        node.strangers.flood.note(Endpoint(ipv4: 0x0f00_0000 + host, port: 1), of: key)
      }
      let known = (1...5 as ClosedRange<UInt32>).filter {
        node.strangers.flood.knows(Endpoint(ipv4: 0x0f00_0000 + $0, port: 9))
      }
      #expect(known == [1, 3, 4, 5])
    }
    // An address is no friend's any more when its key is not.
    world.act(1) { $0.setTrust(world.trust(of: 1, without: [2]), now: world.now) }
    #expect(!world.node(1).strangers.flood.knows(World.endpoint(2)))
  }

  /// Friends in any number are no flood: what they take they give back.
  @Test func aHerdIsLetInAtOnce() {
    let herd = Array(2..<150)
    let world = World(seed: 6)
    world.add(trusting: [])
    world.add(trusting: herd, wire: .two)
    for _ in herd { world.add(trusting: [1], wire: .two) }
    world.link.delay = 1...20
    for member in herd { world.connect(member, 1) }
    world.run(.seconds(3))
    #expect(herd.allSatisfy { world.open(1, with: $0) == 1 })
  }

  /// An initiator has nothing to say behind M1 until it is answered. Nobody has more kept than one message.
  @Test func whatStandsBehindAnUnansweredM1EndsIt() {
    let world = world(seed: 7)
    Flood(.seventyAddresses, .m1, in: world).run(.seconds(1))
    world.act(1) { node in
      let m1 = Greeting.m1.bytes(1)
      for pieces in [[m1 + [0]], [m1, [0]]] {
        let id = node.handleAccepted(from: Endpoint(ipv4: 0x0e00_0000, port: 9), now: world.now)
        for piece in pieces { node.handleReceived(id, piece, now: world.now) }
        if pieces.count == 1 { #expect(node.registry[id] == nil) }
      }
      // Some are answered at once, some wait; both end.
      let ids = (0..<40).map { _ in
        let id = node.handleAccepted(from: Endpoint(ipv4: 0x0e00_0000, port: 9), now: world.now)
        node.handleReceived(id, m1, now: world.now)
        node.handleReceived(id, [UInt8](repeating: 0, count: 2_000), now: world.now)
        return id
      }
      #expect(ids.allSatisfy { node.registry[$0] == nil })
    }
  }
}
