import Admin
import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Testing

@testable import peernet

/// Each exit code, reached by the built binary.
@Suite struct ExitStatusTests {
  private func expect(
    _ outcome: Laptop.Outcome, _ status: Admin.ExitStatus, _ talk: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status.rawValue, "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.talk.contains(talk), "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.talk.split(separator: "\n").count == 1, "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  }

  @Test func usage() async throws {
    let laptop = try Laptop()
    expect(try await laptop.run("frobnicate"), .usage, "there is no command frobnicate; see peernet --help")
    expect(try await laptop.run("log", "g-07"), .usage, "there is no command log; see peernet --help")
    expect(try await laptop.run("wifi", "restrat", "g-07"), .usage, "no command restrat; see peernet wifi --help")
    expect(try await laptop.run("call", "board"), .usage, "<handle>")
    for (address, why) in [
      ("192.0.2.7", "a port belongs behind it"), ("localhost", "a port"), ("localhost:0", "a port"), (":1", "a port"),
      ("[fe80::1%nowhere]:1", "there is no interface nowhere here"), ("a..b:1", "a..b is not known: "),
      ("[::g]:1", "write it as in [fe80::1%eth0]:4040"), ("fe80::g:1", "write it as in"), ("0.0.0.0:1", "dialled"),
    ] {
      expect(try await laptop.run("ping", "board", "--at", address), .usage, why)
      expect(try await laptop.run("pair", "KEY", "board", "--at", address), .usage, "--at")
    }
    expect(try await laptop.run("ping", "board", "--timeout", "0"), .usage, "--timeout")
    expect(try await laptop.run("gpio", "write", "board", "relay=2"), .usage, "relay=2")
    expect(try await laptop.run("reboot", "board"), .usage, "--yes")
    #expect(try await laptop.run("--help").status == 0)
    #expect(try await laptop.run("--version").status == 0)
  }

  @Test func data() async throws {
    let laptop = try Laptop()
    expect(try await laptop.run("pair", "TOO-SHORT", "board"), .data, "52 characters")
    let key = String(decoding: NamingTests.key(9).text, as: UTF8.self)
    expect(try await laptop.run("pair", key, "board", "--allow", "a.**"), .data, "--allow")
    // What names nothing is refused with what comes nearest; the names of applications are theirs.
    for (allow, nearest) in [
      ("wifi.retsart", "wifi.restart"), ("wifi.*, gpio.*", "gpio.*"), ("wfi.*", "wifi.*"),
      ("gpio.wirte:pump", "gpio.write"),
      ("system.reset", "system."), ("wifi.restart:x", "wifi.restart"),
    ] {
      for command in [["pair", key, "board"], ["import", laptop.file("none.bin")]] {
        let outcome = try await laptop.shell("shift; exec \"$0\" \(command.joined(separator: " ")) --allow '\(allow)'")
        expect(outcome, .data, "the nearest is \(nearest)")
      }
    }
    #expect(try await laptop.run("pair", key, "board", "--allow", "chat,lamp.toggle,geo.*,beam_admin").status == 0)
    expect(try await laptop.run("pair", key, "a\nb"), .data, "label")
    #expect(try await laptop.run("pair", key, "board").status == 0)
    expect(
      try await laptop.run("pair", String(decoding: NamingTests.key(8).text, as: UTF8.self), "board"), .data,
      "belongs to")
    expect(try await laptop.run("call", "board", "x", "{unclosed"), .data, "at byte")
  }

  @Test func unknownPeer() async throws {
    expect(try await Laptop().run("ping", "nobody"), .unknownPeer, "peernet pair")
  }

  @Test func unreachable() async throws {
    let laptop = try Laptop()
    let key = String(decoding: NamingTests.key(9).text, as: UTF8.self)
    #expect(try await laptop.run("pair", key, "board").status == 0)
    expect(try await laptop.run("ping", "board", "--at", "127.0.0.1:1", "--timeout", "0.3"), .unreachable, "refused")
    expect(try await laptop.run("ping", "board", "--timeout", "0.3"), .unreachable, "--at")
  }

  @Test func `internal`() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(1, trusting: laptop.key())
    try await board.pair(laptop)
    // libdispatch takes descriptors of its own, at a moment of its own: mostly the reactor gets the one too many, now and
    // then a file of the home folder, which is another exit code.
    var outcome: Laptop.Outcome
    var attempts = 0
    repeat {
      outcome = try await laptop.shell("ulimit -n 7; shift; exec \"$0\" \"$@\"", "ping", "board")
      attempts += 1
    } while outcome.status != ExitStatus.internal.rawValue && attempts < 20
    expect(outcome, .internal, "limits")
    await board.node.stop()
  }

  @Test func configuration() async throws {
    let laptop = try Laptop()
    expect(try await laptop.run("id", "--home", "/proc/nowhere"), .configuration, "--home")
    expect(try await laptop.run("discover", environment: ["PEERNET_DISCOVERY_PORT": "x"]), .configuration, "1 to 65535")
    let bare = ["PEERNET_HOME": "", "XDG_CONFIG_HOME": "", "HOME": ""]
    expect(try await laptop.run("id", environment: bare), .configuration, "$PEERNET_HOME")
  }

  @Test func untrusted() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(2, trusting: nil)
    try await board.pair(laptop)
    let ours = String(decoding: try await laptop.key().text, as: UTF8.self)
    expect(try await laptop.run("ping", "board", "--timeout", "5"), .untrusted, "peernetd pair \(ours)")
    // The older wire has no words for it: the connection just ends.
    let key = String(decoding: board.key.text, as: UTF8.self)
    #expect(try await laptop.run("pair", key, "board", "--wire", "1").status == 0)
    expect(try await laptop.run("ping", "board", "--at", board.address, "--timeout", "5"), .untrusted, ours)
    await board.node.stop()
  }

  @Test func wrongPeer() async throws {
    let laptop = try Laptop()
    let ours = try await laptop.key()
    let board = try await AnsweringBoard(3, trusting: ours)
    let other = try await AnsweringBoard(4, trusting: ours)
    try await board.pair(laptop)
    let outcome = try await laptop.run("ping", "board", "--at", other.address)
    expect(outcome, .wrongPeer, String(decoding: other.key.fingerprint, as: UTF8.self))
    await board.node.stop()
    await other.node.stop()
  }

  @Test func whatThePeerAnswers() async throws {
    let laptop = try Laptop()
    let reasons: [String: (Term, Admin.ExitStatus, String)] = [
      "a.busy": (.binary(utf8: "busy: a scan runs"), .busy, "a scan runs"),
      "a.argument": (.binary(utf8: "bad_argument: missing line"), .data, "missing line"),
      "a.refused": (.binary(utf8: "refused: no \u{1b}[31m"), .refused, "\\u{001B}[31m"),
      "a.step": (.binary(utf8: "step_failed: associate"), .refused, "step_failed"),
      "a.odd": (.tuple([.atom("odd"), .binary([0xff])]), .refused, "{odd,<<255>>}"),
      "a.forbidden": (.atom("forbidden"), .forbidden, "ask its operator to grant it to"),
    ]
    let handlers = reasons.mapValues { reason -> PeerNode.Handler in { _ in throw PeerNetError.remote(reason.0) } }
    let board = try await AnsweringBoard(5, trusting: laptop.key(), handlers)
    try await board.pair(laptop)
    for (name, expected) in reasons { expect(try await laptop.run("call", "board", name), expected.1, expected.2) }
    expect(try await laptop.run("call", "board", "no.such"), .refused, "no such handle")
    await board.node.stop()
  }

  @Test func forbidden() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      6, trusting: laptop.key(), grants: .none,
      ["wifi.restart": { _ in .map([]) }, "gpio.write": { _ in .map([]) }])
    try await board.pair(laptop)
    let ours = String(decoding: try await laptop.key().text, as: UTF8.self)
    let command = "peernetd pair \(ours) laptop --add wifi.restart\n"
    expect(try await laptop.run("wifi", "restart", "board"), .forbidden, command)
    // Whoever grants what was refused grants no other line.
    let pump = "peernetd pair \(ours) laptop --add gpio.write:pump,gpio.write:lamp%3A2\n"
    expect(try await laptop.run("gpio", "write", "board", "pump=1", "lamp:2=0"), .forbidden, pump)
    // A board that says what it is does not leave it open whether commands can be typed there.
    for (number, info, hint) in [
      (43, "#{<<\"uptime\">> => 1}", "; on the board: \(command)"),
      (
        44, "#{<<\"image\">> => #{<<\"slot\">> => <<\"a\">>}}", "no login and needs a new image: peernet provision"
      ),
    ] {
      let info = try Term(text: info)
      let told = try await AnsweringBoard(
        UInt8(number), trusting: laptop.key(), grants: try #require(Grants("system.info")),
        ["wifi.restart": { _ in .map([]) }, "system.info": { _ in info }])
      try await told.pair(laptop, label: "told\(number)")
      expect(try await laptop.run("wifi", "restart", "told\(number)"), .forbidden, hint)
      await told.node.stop()
    }
    let json = try await laptop.run("wifi", "restart", "board", "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.talk.utf8)) as? [String: [String: Any]])
    #expect(object["error"]?["code"] as? String == "forbidden")
    #expect(object["error"]?["status"] as? Int == 77)
    await board.node.stop()
  }

  @Test func timedOut() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      7, trusting: laptop.key(),
      [
        "a.slow": { _ in
          try await Task.sleep(for: .seconds(60)); return .map([])
        }
      ])
    try await board.pair(laptop)
    expect(try await laptop.run("call", "board", "a.slow", "--timeout", "0.4"), .timedOut, "--timeout")
    await board.node.stop()
  }

  @Test func outcomeUnknown() async throws {
    let laptop = try Laptop()
    let (calls, call) = AsyncStream.makeStream(of: Void.self)
    let board = try await AnsweringBoard(
      8, trusting: laptop.key(),
      [
        "system.reboot": { _ in
          call.yield(); try await Task.sleep(for: .seconds(60)); return .map([])
        }
      ])
    try await board.pair(laptop)
    async let outcome = laptop.run("reboot", "board", "--yes")
    for await _ in calls { break }
    await board.node.stop()
    expect(try await outcome, .outcomeUnknown, "before you repeat it")
  }
}
