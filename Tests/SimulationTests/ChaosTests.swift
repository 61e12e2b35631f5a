import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// Seeded storms of dials, closes, cuts, power cycles, unpairings and calls. The invariants of `Node.checkInvariants` are
/// checked after every single input; here stands what must hold over time and in the end.
@Suite struct ChaosTests {
  private static let count = 5

  @Test(arguments: 0..<16) func aStormLeavesNothingBehind(seed: Int) throws {
    let world = Self.storm(seed: UInt8(seed), seconds: 400)
    Self.checkEvents(world)
    Self.calm(world)
    world.run(.seconds(150))
    Self.checkEvents(world)
    for node in 0..<Self.count {
      for other in 0..<Self.count where other != node {
        #expect(world.open(node, with: other) == 1, "seed \(seed): \(node) with \(other)")
        let status = world.node(node).statuses.first { $0.entry.key == world.machines[other].publicKey }
        #expect(status?.isConnected == true)
      }
      #expect(world.node(node).connections.count == Self.count - 1)
      #expect(world.node(node).serving.works.isEmpty)
      let open = world.node(node).connections.compactMap(\.open)
      #expect(open.count == Self.count - 1 && open.allSatisfy { $0.calls.isEmpty && $0.pings.isEmpty })
    }
    // And it stays so: nothing happens any more.
    let events = world.happened
    world.run(.seconds(300))
    #expect(world.happened == events)
  }

  @Test func theSameSeedIsTheSameStorm() {
    let logs = (0..<2).map { _ in
      let world = Self.storm(seed: 99, seconds: 240)
      return world.events.map { $0.map { "\($0.at.nanoseconds) \($0.event)" } }
    }
    #expect(logs[0] == logs[1])
    #expect(logs[0].joined().count > 300)
  }

  /// Everybody trusts everybody, and node 0 dials by itself. All speak PeerNet/2 from the start, or find out, or one
  /// insists on it among others that have yet to find out.
  private static func storm(seed: UInt8, seconds: Int64) -> World {
    let world = World(seed: seed)
    for index in 0..<count {
      world.add(
        trusting: (0..<count).filter { $0 != index }, wire: seed % 3 == 0 || (seed % 3 == 1 && index == 3) ? .two : nil,
        announces: index < 3
      ) {
        $0.dialsAutomatically = index == 0
      }
    }
    world.serve = { _, request in request.arguments == .integer(2) ? nil : .ok(request.arguments) }
    var random = RandomStream(seed: [UInt8](repeating: seed, count: 32))
    func pick() -> Int { Int(random.below(UInt64(count))) }
    let end = world.now + .seconds(seconds)
    while world.now < end {
      let (node, other) = (pick(), pick())
      let key = world.machines[other].publicKey
      switch random.below(29) {
      case 0...5: if node != other { world.connect(node, other) }
      case 6: world.act(node) { $0.disconnect(key, now: world.now) }
      case 7...13:
        for _ in 0..<random.below(4) {
          let argument = Term.integer(Int64(random.below(3)))
          _ = try? world.call(node, other, "echo", argument, timeout: .milliseconds(Int64(random.below(8_000))))
        }
      case 14: world.act(node) { _ = try? $0.ping(key, now: world.now) }
      case 15: world.cutOff.formSymmetricDifference([node])
      case 16: world.severAll(node)
      case 17: world.resetAll(node)
      case 18: if random.below(3) == 0 { world.powerCycle(node, keepsMemory: random.below(2) == 0) }
      case 19: world.act(node) { $0.setTrust(world.trust(of: node, without: [other]), now: world.now) }
      case 20: world.act(node) { $0.setTrust(world.trust(of: node), now: world.now) }
      case 21: world.act(node) { $0.handleNetworkChange(now: world.now) }
      case 22, 23: Self.suspect(world, node, isSuspect: true)
      case 24: Self.suspect(world, node, isSuspect: false)
      case 25:
        world.links[World.endpoint(other)] = World.Link(
          isBlackHole: random.below(2) == 0, refuses: random.below(3) == 0)
      case 26, 27: Self.announce(world, other, to: node, at: random.below(3) == 0 ? other : 100 + Int(random.below(8)))
      default:
        let waiting = world.takeUnanswered()
        for (node, request) in waiting {
          world.act(node) { $0.reply(request.token!, .ok(request.arguments), now: world.now) }
        }
      }
      let steps: [Int64] = [0, 1, 5, 40, 300, 2_000, 9_000]
      world.run(.milliseconds(steps[Int(random.below(UInt64(steps.count)))]))
    }
    return world
  }

  /// Somebody says where a peer is: at its first or second address, or at one where nobody is.
  private static func announce(_ world: World, _ other: Int, to node: Int, at place: Int) {
    let endpoint = World.endpoint(place)
    if place == 100 + other { world.aliases[endpoint] = other }
    world.announce(other, at: endpoint, to: node)
  }

  /// What the network does: a link is lost, or back. Whom the detector suspects stays so.
  private static func suspect(_ world: World, _ index: Int, isSuspect: Bool) {
    world.act(index) { node in
      for connection in node.connections {
        if isSuspect {
          node.suspected(connection, now: world.now)
        } else if connection.session.liveness?.state == .alive {
          node.relieved(connection, now: world.now)
        }
      }
    }
  }

  private static func calm(_ world: World) {
    for node in 0..<count { suspect(world, node, isSuspect: false) }
    world.links = [:]
    world.cutOff = []
    for (node, request) in world.takeUnanswered() {
      world.act(node) { $0.reply(request.token!, .ok(1), now: world.now) }
    }
    for node in 0..<count { world.act(node) { $0.setTrust(world.trust(of: node), now: world.now) } }
    for node in 0..<count {
      for other in 0..<count where other != node { world.connect(node, other) }
    }
  }

  /// Each call has at most one outcome; `connected` and `disconnected` alternate, `opened` and `closed` pair up.
  private static func checkEvents(_ world: World) {
    for log in world.events {
      var outcomes: Set<CallID> = []
      var connected: Set<PublicKey> = []
      var open: Set<ConnectionID> = []
      for (_, event) in log {
        switch event {
        case .callFinished(let call, _): #expect(outcomes.insert(call).inserted, "two outcomes")
        case .connected(let key): #expect(connected.insert(key).inserted, "connected twice")
        case .disconnected(let key, _): #expect(connected.remove(key) != nil, "disconnected, but never connected")
        case .opened(let id, _, _, _, _): #expect(open.insert(id).inserted)
        case .closed(let id, _, _): #expect(open.remove(id) != nil, "closed, but never opened")
        default: break
        }
      }
    }
    #expect(world.madeCalls.allSatisfy { call in world.outcome(call.node, call.id).count <= 1 })
    for (node, id, deadline) in world.madeCalls where deadline < world.now {
      #expect(world.outcome(node, id).count == 1, "a call without an outcome")
    }
  }
}
