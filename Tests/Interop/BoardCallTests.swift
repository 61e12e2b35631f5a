import Boards
import ETF
import Foundation
import PeerNet
import Synchronization
import TestKit
import Testing

/// What a BEAM peer asks of a board, whichever of them dialled.
@Suite struct BoardCallTests {
  @Test(arguments: Dialler.allCases) func callSendCastAndRemoteProcedure(_ dialler: Dialler) async throws {
    try await withBoard("*", dialledBy: dialler) { board, peer in
      let info = try await peer.call(board.key, "system.info").value
      #expect(info?[binaryKey: "wire"] == 1)
      #expect(info?[binaryKey: "board"]?[binaryKey: "simulated"] == .atom("true"))
      let status = try await peer.rpc(board.key, "Elixir.Wifi", "status").value
      #expect(status == (try await peer.rpc(board.key, "wifi", "status").value))
      #expect(status?[binaryKey: "state"] == binary("completed"))

      func pump() async throws -> Term? {
        try await peer.rpc(board.key, "gpio", "read", [binary("pump")]).value?[binaryKey: "values"]?[binaryKey: "pump"]
      }
      #expect(try await pump() == 0)
      try await peer.send(board.key, "gpio.write", named(["line": binary("pump"), "value": 1]))
      try await eventually { try await pump() == 1 }
      try await peer.cast(board.key, "Elixir.Gpio", "write", [binary("pump"), 0])
      try await eventually { try await pump() == 0 }
      let opened = try await board.process.line("connection.opened")
      #expect(opened.hasSuffix(dialler == .ours ? "wire=1 by=board" : "wire=1 by=peer"), "\(opened)")
    }
  }

  @Test(arguments: Dialler.allCases) func everyReasonForARefusal(_ dialler: Dialler) async throws {
    try await withBoard("gpio.read,gpio.write:pump,wifi.*", dialledBy: dialler) { board, peer in
      func ask(_ handle: Atom, _ arguments: Term = .map([])) async throws -> Reply {
        try await peer.call(board.key, handle, arguments)
      }
      #expect(try await ask("no.such") == .error(.atom("no_such_handle")))
      #expect(try await ask("") == .error(.atom("no_such_handle")))
      #expect(try await peer.rpc(board.key, "Elixir.File", "rm_rf") == .error(.atom("no_such_handle")))
      #expect(try await ask("system.reboot") == .error(.atom("forbidden")))
      #expect(try await peer.rpc(board.key, "Elixir.System", "reboot") == .error(.atom("forbidden")))
      #expect(
        try await ask("gpio.write", named(["line": binary("relay"), "value": 1])) == .error(.atom("forbidden")))
      for odd: Term in [
        .atom("rpc"), .tuple([.atom("rpc"), .atom("wifi"), .atom("status")]),
        .tuple([.atom("apply"), .atom("wifi"), .atom("status"), []]),
        .tuple([.atom("rpc"), binary("wifi"), .atom("status"), []]), .map([]),
      ] {
        #expect(try await ask("beam_admin", odd) == .error(.atom("unknown_beam_dist_op")))
      }
      #expect(try await ask("gpio.write", named(["pin": 17])).code == "bad_argument")
      #expect(try await ask("gpio.read", named(["lines": binary("no such line")])).code == "refused")
      // A restart takes the simulated radio a moment; sixteen may wait for it at once.
      let answers = try await peer.calls(board.key, Array(repeating: ("wifi.restart", .map([])), count: 24))
      #expect(answers.count { $0.value != nil } == 16)
      #expect(answers.count { $0.code == "busy" } == 8)
    }
  }

  @Test func whatTheBoardLacks() async throws {
    // A real board's profile, on a machine that has nothing of it.
    let profile =
      "[board]\nname = bare\n[gpio ghost]\nline = NO-SUCH-LINE\ndirection = input\n"
    try await withBoard("gpio.*", profile: profile) { board, peer in
      let answer = try await peer.call(board.key, "gpio.read", named(["lines": binary("ghost")]))
      #expect(answer.code == "unavailable")
    }
  }

  @Test func aCallUnderAKeyRunsOnce() async throws {
    try await withBoard("gpio.*") { board, peer in
      let call = Term.tuple([
        .binary([UInt8](0..<16)), .atom("gpio.write"), named(["line": binary("pump"), "value": 1]),
      ])
      let first = try await peer.call(board.key, "agent.once", call).value
      #expect(first?[binaryKey: "values"]?[binaryKey: "pump"] == 1)
      _ = try await peer.call(board.key, "gpio.write", named(["line": binary("pump"), "value": 0]))
      let again = try await peer.rpc(board.key, "Elixir.Agent", "once", call.elements ?? []).value
      #expect(again?[binaryKey: "values"] == first?[binaryKey: "values"])
      #expect(again?[binaryKey: "once"]?[binaryKey: "repeated"] == .atom("true"))
      let levels = try await peer.call(board.key, "gpio.read").value?[binaryKey: "values"]
      #expect(levels?[binaryKey: "pump"] == 0)
      #expect(try await peer.call(board.key, "agent.once", .map([])).code == "bad_argument")
    }
  }

  @Test func repliesComeInAnyOrder() async throws {
    try await withBoard("*") { board, peer in
      // On a busy machine a restart may be over before anybody has seen that it was under way.
      try await eventually(within: .seconds(30)) {
        let isRestarted = Mutex(false)
        async let restart: Void = {
          _ = try await peer.call(board.key, "wifi.restart")
          isRestarted.withLock { $0 = true }
        }()
        var hasOvertaken = false
        while !hasOvertaken, isRestarted.withLock({ !$0 }) {
          let isUnderWay =
            try await peer.call(board.key, "wifi.status").value?[binaryKey: "state"] != binary("completed")
          hasOvertaken = isUnderWay && isRestarted.withLock { !$0 }
        }
        try await restart
        return hasOvertaken
      }
    }
  }

  @Test func argumentsOfEveryTypeAreAnswered() async throws {
    try await withBoard("") { board, peer in
      for example in TermExample.all {
        let answer = try await peer.call(board.key, "agent.whoami", example.term)
        // It takes none, so that large ones are not even read.
        let codes = ["bad_argument", "too_large"]
        #expect(answer.value != nil || codes.contains(answer.code ?? ""), "\(example.text.prefix(80)): \(answer)")
      }
      #expect(try await peer.count("connections_accepted") + peer.count("dialled") == 1)
    }
  }

  @Test func theLargestFrameIsTakenAndALargerOneDoesNoHarm() async throws {
    try await withBoard("") { board, peer in
      try await peer.call(board.key, "agent.whoami", frameOf: 1_048_576)
      try await eventually { try await peer.count("unknown_replies") == 1 }
      #expect(try await peer.isLinked(to: board.key))

      try await peer.call(board.key, "agent.whoami", frameOf: 1_048_577)
      try await eventually { try await !peer.isLinked(to: board.key) }
      #expect(try await peer.dial(board.key, board.port) == nil)
      #expect(try await peer.call(board.key, "agent.whoami").value != nil)
    }
  }

  @Test(arguments: Dialler.allCases) func theNewerWireIsNotTried(_ dialler: Dialler) async throws {
    try await withBoard("*", dialledBy: dialler) { board, peer in
      // It was shown that the newer wire is spoken here, and gave the evidence back.
      try await eventually { try await peer.count("evidence_heard") >= 1 }
      for _ in 0..<10 { #expect(try await peer.call(board.key, "system.info").value?[binaryKey: "wire"] == 1) }
      #expect(board.count("connection.opened") == 1)
      #expect(board.count("dial.failed") == 0)
      #expect(try await peer.count("malformed") == 0)
      #expect(try await peer.count("connections_accepted") + peer.count("dialled") == 1)
    }
  }

  @Test func whatIsNoEnvelopeClosesTheConnection() async throws {
    try await withBoard("*") { board, peer in
      for term: Term in [
        .atom("ping"), .tuple([.atom("bye"), binary("stopping")]), .tuple([.atom("call"), 0, .atom("x"), []]),
      ] {
        try await peer.sendEnvelope(board.key, term)
        try await eventually { try await !peer.isLinked(to: board.key) }
        #expect(try await peer.dial(board.key, board.port) == nil)
      }
      #expect(try await peer.call(board.key, "agent.whoami").value != nil)
    }
  }
}
