import ETF
import PeerNet
import Testing
import VirtualNetwork

@Suite struct SimultaneousDialTests {
  /// When both are through in the same moment, the one that the lower key dialled stays.
  @Test(arguments: [0, 1]) func theLowerKeysDialStays(first: Int) throws {
    let world = World(seed: 40)
    world.link.delay = 20...20
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [0], wire: .two)
    world.connect(first, 1 - first)
    world.connect(1 - first, first)
    world.run(.seconds(3))
    let lower = world.machines[0].publicKey < world.machines[1].publicKey ? 0 : 1
    for node in 0...1 {
      var open: [ConnectionID: Bool] = [:]
      for (_, event) in world.events[node] {
        if case .opened(let id, _, _, _, let dialled) = event { open[id] = dialled }
        if case .closed(let id, _, _) = event { open[id] = nil }
      }
      #expect(world.count(node) { if case .opened = $0 { true } else { false } } == 2)
      #expect(Array(open.values) == [node == lower])
    }
  }

  /// Both dial; the second between nothing and far longer than a handshake after the first.
  @Test(arguments: [Wire.two, nil], 0..<120) func settlesOnOneConnection(wire: Wire?, round: Int) throws {
    let world = World(seed: UInt8(round))
    world.link.delay = [1...1, 1...10, 5...200][round % 3]
    world.add(trusting: [1], wire: wire)
    world.add(trusting: [0], wire: wire)
    world.connect(round % 2, 1 - round % 2)
    world.run(.milliseconds(Int64(round) * 13 % 700))
    world.connect(1 - round % 2, round % 2)
    world.run(.seconds(8))
    #expect(world.open(0, with: 1) == 1)
    #expect(world.open(1, with: 0) == 1)
    let before = world.events.map(\.count)
    for node in 0...1 {
      #expect(world.count(node) { if case .connected = $0 { true } else { false } } == 1, "it flapped")
      #expect(world.count(node) { if case .disconnected = $0 { true } else { false } } == 0, "it flapped")
    }
    let calls = [try world.call(0, 1), try world.call(1, 0)]
    world.run(.seconds(60))
    #expect(world.outcome(0, calls[0]) == [.answered(.ok(1))])
    #expect(world.outcome(1, calls[1]) == [.answered(.ok(1))])
    // After it settled only the two calls happened: one request and one outcome on each side.
    #expect(world.events.map(\.count) == before.map { $0 + 2 })
  }

  /// Both dial, and both call all the while: whichever connection goes, no call goes with it.
  @Test(arguments: [Wire.two, nil], 0..<60) func noCallIsLostWhileItSettles(wire: Wire?, round: Int) throws {
    let world = World(seed: UInt8(round))
    world.link.delay = [1...10, 5...200, 1...400][round % 3]
    world.add(trusting: [1], wire: wire)
    world.add(trusting: [0], wire: wire)
    var calls = 0
    for step in 0..<600 {
      if step == 0 { world.connect(round % 2, 1 - round % 2) }
      if step == round * 3 % 150 { world.connect(1 - round % 2, round % 2) }
      for node in 0...1 {
        if (try? world.call(node, 1 - node, timeout: .seconds(20))) != nil { calls += 1 }
      }
      world.run(.milliseconds(4))
    }
    world.run(.seconds(30))
    #expect(world.open(0, with: 1) == 1 && world.open(1, with: 0) == 1)
    #expect(calls > 200)
    var answered = 0
    for node in 0...1 {
      for case .callFinished(_, let outcome) in world.events[node].map(\.event) {
        answered += 1
        #expect(outcome == .answered(.ok(1)))
      }
    }
    #expect(answered == calls)
  }
}
