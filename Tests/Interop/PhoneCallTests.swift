import ETF
import PeerNet
import PeerNetClient
import Synchronization
import TestKit
import Testing

/// What an application of ours and a BEAM peer ask of each other, whichever of them dialled.
@Suite struct PhoneCallTests {
  @Test(arguments: Dialler.allCases) func callAndSendBothWays(_ dialler: Dialler) async throws {
    try await withPhone(dialledBy: dialler) { phone, peer in
      let heard = Mutex<[Term]>([])
      await phone.expose("note") { arguments in
        heard.withLock { $0.append(arguments) }
        return binary("noted")
      }
      #expect(try await peer.call(phone.key, "note", 1) == .ok(binary("noted")))
      try await peer.send(phone.key, "note", 2)
      try await eventually { heard.withLock { $0 == [1, 2] } }

      try await peer.expose("note", .atom("tell"))
      #expect(try await phone.call(peer, "note", 3) == .atom("ok"))
      try await phone.send(peer, "note", named(["four": 4]))
      try await eventually { peer.process.told == [3, named(["four": 4])] }
      #expect(try await phone.ping(peer) > .zero)
      #expect(phone.openings.map(\.dialled) == [dialler == .ours])
    }
  }

  @Test func remoteProceduresOfAPeer() async throws {
    try await withPhone { phone, peer in
      try await peer.expose("beam_admin", .atom("admin"))
      try await peer.permit("rpc", "cast", "Elixir.Wifi", "restart", "unheard")
      func ask(_ verb: Atom) async throws -> Term {
        try await phone.call(
          peer, "beam_admin", .tuple([.atom(verb), .atom("Elixir.Wifi"), .atom("restart"), .list([300])]))
      }
      #expect(try await ask("rpc") == .tuple([.atom("Elixir.Wifi"), .atom("restart"), .list([300])]))
      await #expect(throws: PeerNetError.remote(.atom("unknown_beam_dist_op"))) { try await ask("unheard") }
    }
  }

  @Test(arguments: Dialler.allCases) func everyReasonOfOurs(_ dialler: Dialler) async throws {
    let grants = try #require(Grants(text: Array("crash,refuse,huge,held".utf8)))
    try await withPhone(dialledBy: dialler, grants: grants) { phone, peer in
      struct Fault: Error {}
      let held = Mutex(0)
      let isReleased = Mutex(false)
      await phone.expose("secret") { $0 }
      await phone.expose("crash") { _ in throw Fault() }
      await phone.expose("refuse") { _ in throw PeerNetError.remote(binary("refused: not today")) }
      await phone.expose("huge") { _ in .binary([UInt8](repeating: 0, count: 1 << 20)) }
      await phone.expose("held") { _ in
        held.withLock { $0 += 1 }
        try await eventually { isReleased.withLock { $0 } }
        return .atom("nil")
      }
      #expect(try await peer.call(phone.key, "no.such") == .error(.atom("no_such_handle")))
      #expect(try await peer.call(phone.key, "secret") == .error(.atom("forbidden")))
      #expect(try await peer.call(phone.key, "crash") == .error(.atom("handler_crash")))
      #expect(try await peer.call(phone.key, "refuse") == .error(binary("refused: not today")))
      #expect(try await peer.call(phone.key, "huge").code == "too_large")
      #expect(try await peer.call(phone.key, "beam_admin") == .error(.atom("unknown_beam_dist_op")))
      // A handle is reached as a procedure only where it says so.
      #expect(try await peer.rpc(phone.key, "crash", "now") == .error(.atom("no_such_handle")))

      async let answers = peer.calls(phone.key, Array(repeating: ("held", .map([])), count: 16))
      try await eventually { held.withLock { $0 == 16 } }
      #expect(try await peer.call(phone.key, "held").code == "busy")
      isReleased.withLock { $0 = true }
      #expect(try await answers == Array(repeating: .ok(.atom("nil")), count: 16))
    }
  }

  @Test(arguments: Dialler.allCases) func everyReasonOfAPeers(_ dialler: Dialler) async throws {
    try await withPhone(dialledBy: dialler) { phone, peer in
      try await peer.permit("no.such")
      try await peer.expose("secret", .atom("echo"), toNobody: true)
      try await peer.expose("crash", .atom("crash"))
      try await peer.expose("refuse", .tuple([.atom("fail"), binary("busy: later")]))
      await #expect(throws: PeerNetError.remote(.atom("no_such_handle"))) { try await phone.call(peer, "no.such") }
      await #expect(throws: PeerNetError.remote(.atom("forbidden"))) { try await phone.call(peer, "secret") }
      await #expect(throws: PeerNetError.remote(binary("busy: later"))) { try await phone.call(peer, "refuse") }
      // A BEAM peer tells what its handler died of.
      let crash: Term = .tuple([.atom("error"), .tuple([.atom("crashed"), 7])])
      await #expect(throws: PeerNetError.remote(.tuple([.atom("handler_crash"), crash]))) {
        try await phone.call(peer, "crash", 7)
      }
      #expect(phone.closings.isEmpty)
    }
  }

  @Test func repliesComeInAnyOrder() async throws {
    try await withPhone { phone, peer in
      try await peer.expose("sleep", .atom("sleep"))
      let order = try await withThrowingTaskGroup(of: Term.self) { group in
        for time: Int64 in [300, 200, 100, 0] {
          group.addTask { try await phone.call(peer, "sleep", .integer(time)) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(order.count == 4 && order.last == 300)

      // The first is answered when the last has been.
      let isLastAnswered = Mutex(false)
      await phone.expose("ask") { arguments in
        if arguments == 0 { try await eventually { isLastAnswered.withLock { $0 } } }
        if arguments == 7 { isLastAnswered.withLock { $0 = true } }
        return arguments
      }
      let calls = (0..<8).map { (Atom("ask"), Term.integer($0)) }
      #expect(try await peer.calls(phone.key, calls) == (0..<8).map { .ok(.integer($0)) })
    }
  }

  @Test(arguments: Dialler.allCases) func theNewerWireIsNotTried(_ dialler: Dialler) async throws {
    try await withPhone(dialledBy: dialler) { phone, peer in
      try await peer.expose("echo", .atom("echo"))
      // It was shown that the newer wire is spoken here, and gave the evidence back.
      try await eventually { try await peer.count("evidence_heard") >= 1 }
      for number in 0..<10 {
        #expect(try await phone.call(peer, "echo", .integer(Int64(number))) == .integer(Int64(number)))
      }
      #expect(await phone.wire(to: peer.key) == .one)
      #expect(phone.openings.map(\.wire) == [.one])
      #expect(try await peer.count("malformed") == 0)
      #expect(try await peer.count("connections_accepted") + peer.count("dialled") == 1)
    }
  }
}
