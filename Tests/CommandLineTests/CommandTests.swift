import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Testing

@testable import peernet

/// What the commands do, by the built binary against a node on loopback.
@Suite struct CommandTests {
  private static let status = try! Term(
    text: """
      #{<<"interface">> => <<"wlan0">>, <<"state">> => <<"completed">>, <<"ssid">> => <<"net\\x1B[2J">>, <<"rssi">> => -50,
      <<"last_restart">> => #{<<"ago">> => 0, <<"outcome">> => <<"ok">>, <<"way">> => <<"reconfigure">>}}
      """)

  @Test func identityIsMadeOnceForItsOwnerAlone() async throws {
    let laptop = try Laptop()
    let first = try await laptop.run("id")
    #expect(first.status == 0 && first.talk.isEmpty)
    #expect(try await laptop.run("id").output == first.output)
    let mode = try FileManager.default.attributesOfItem(atPath: laptop.file("identity.keys"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let qr = try await laptop.run("id", "--qr").output.split(separator: "\n")
    #expect(qr.count == 2 + 19)
  }

  @Test func pairingIsKeptAndTakenBack() async throws {
    let laptop = try Laptop()
    let key = String(decoding: NamingTests.key(9).text, as: UTF8.self)
    let paired = try await laptop.run(
      "pair", key, "pump house", "--allow", "a.b,c.*", "--wire", "2", "--at", "192.0.2.1:9")
    #expect(paired.status == 0 && paired.output.isEmpty)
    #expect(paired.talk.contains("peernetd pair \(String(decoding: try await laptop.key().text, as: UTF8.self))"))
    let peer = try #require(try await laptop.run("peers", "--json").json.first)
    #expect(peer["label"] as? String == "pump house" && peer["key"] as? String == key)
    #expect(peer["allow"] as? [String] == ["a.b", "c.*"] && peer["wire"] as? Int == 2)
    #expect(peer["addresses"] as? [String] == ["192.0.2.1:9"])
    let human = try await laptop.run("peers").output.split(separator: "\n")
    #expect(human.count == 2 && human[1].hasPrefix("pump house  ") && human[1].hasSuffix("192.0.2.1:9"))

    // Again, under another name: what is not named stays. Then with less.
    #expect(try await laptop.run("pair", key, "pump").status == 0)
    let renamed = try #require(try await laptop.run("peers", "--json").json.first)
    #expect(renamed["label"] as? String == "pump" && renamed["allow"] as? [String] == ["a.b", "c.*"])
    #expect(try await laptop.run("pair", key, "pump", "--allow", "a.b").status == 0)
    let changed = try await laptop.run("peers", "--json").json
    #expect(changed.count == 1 && changed[0]["allow"] as? [String] == ["a.b"] && changed[0]["wire"] as? Int == 2)
    #expect(try await laptop.run("unpair", "pump").status == 0)
    #expect(try await laptop.run("peers", "--json").output.isEmpty)
    #expect(try await laptop.run("unpair", "pump").status == 66)
  }

  @Test(arguments: ["trust", "identity.keys", "peers"]) func foreignFilesAreReportedAndLeftAsTheyAre(name: String)
    async throws
  {
    let laptop = try Laptop()
    _ = try await laptop.key()
    let foreign = Data("somebody else's\n".utf8)
    try foreign.write(to: URL(fileURLWithPath: laptop.file(name)))
    let key = String(decoding: NamingTests.key(9).text, as: UTF8.self)
    let attempts = [
      try await laptop.run("pair", key, "board", "--at", "192.0.2.1:9"), try await laptop.run("peers"),
      try await laptop.run("ping", "board", "--timeout", "0.1"), try await laptop.run("id"),
    ]
    #expect(attempts.contains { $0.status == 65 && $0.talk.contains(laptop.file(name)) })
    #expect(try Data(contentsOf: URL(fileURLWithPath: laptop.file(name))) == foreign)
  }

  @Test func callsCarryTermsBothWays() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(11, trusting: laptop.key(), ["echo": { $0.arguments }])
    try await board.pair(laptop)
    let text = "{a,<<\"x\">>,[1,-2|c],#{<<\"k\">> => 1.5}}"
    let answer = try await laptop.run("call", "board", "echo", text)
    #expect(answer.status == 0 && answer.output == text + "\n" && answer.talk.isEmpty)
    #expect(try await laptop.run("call", "board", "echo").output == "#{}\n")
    let json = try #require(try await laptop.run("call", "--json", "board", "echo", "{1,true}").json.first)
    #expect(json["label"] as? String == "board" && json["handle"] as? String == "echo")
    #expect(
      (json["answer"] as? [String: [Any]])?["tuple"]?[1] as? Bool == true && json["term"] as? String == "{1,true}")
    let big = try await laptop.run("call", "board", "echo", "<<\"\(String(repeating: "x", count: 100_000))\">>")
    #expect(big.output.utf8.count == 100_000 + 7)
    await board.node.stop()
  }

  @Test func pingsAndStatus() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      12, trusting: laptop.key(),
      [
        "agent.whoami": { .map([MapPair(.binary(utf8: "label"), .binary($0.label))]) },
        "system.info": { _ in throw PeerNetError.remote(.atom("forbidden")) },
      ])
    try await board.pair(laptop)
    let ping = try #require(try await laptop.run("ping", "board", "--json").json.first)
    #expect(ping["sequence"] as? Int == 1 && (ping["round_trip_us"] as? Int ?? 0) > 0)
    let status = try await laptop.run("status", "board")
    #expect(status.status == 0 && status.talk.contains("not allowed"), "\(status.talk)")
    #expect(
      status.output.contains("me.label     laptop\n") && status.output.contains("address      \(board.address)\n"),
      "\(status.output)")
    let json = try #require(try await laptop.run("status", "board", "--json").json.first)
    #expect(
      json["wire"] as? Int == 2 && json["info"] is NSNull && json["whoami"] as? [String: String] == ["label": "laptop"])
    #expect(json["state"] as? String == "connected" && json["address"] as? String == board.address)
    await board.node.stop()
  }

  @Test func gpio() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      13, trusting: laptop.key(),
      [
        "gpio.list": { _ in
          try! Term(
            text:
              "#{<<\"lines\">> => [#{<<\"label\">> => <<\"relay\">>, <<\"direction\">> => <<\"output\">>, <<\"active_low\">> => false, <<\"bias\">> => <<\"as-is\">>}]}"
          )
        },
        "gpio.read": { request in
          #expect(
            request.arguments == .map([]) || request.arguments[binaryKey: "lines"] == .list([.binary(utf8: "door")]))
          return try! Term(
            text:
              "#{<<\"values\">> => #{<<\"door\">> => 1}, <<\"problems\">> => #{<<\"x\">> => <<\"unavailable: gone\">>}}"
          )
        },
        "gpio.write": { .map([MapPair(.binary(utf8: "values"), $0.arguments[binaryKey: "values"] ?? .atom("none"))]) },
      ])
    try await board.pair(laptop)
    let list = try await laptop.run("gpio", "list", "board").output.split(separator: "\n")
    #expect(list.count == 2 && list[1].split(separator: " ") == ["relay", "output", "false", "as-is", "-", "-"])
    let read = try await laptop.run("gpio", "read", "board", "door")
    #expect(read.output == "door  1\n" && read.talk.contains("cannot read x: unavailable: gone"))
    #expect(
      try await laptop.run("gpio", "read", "board", "--json").json.first?["values"] as? [String: Int] == ["door": 1])
    #expect(try await laptop.run("gpio", "write", "board", "relay=1", "a=b=off").output == "relay  1\na=b    0\n")
    #expect(try await laptop.run("gpio", "write", "board", "relay=1", "relay=0").status == 64)
    await board.node.stop()
  }

  @Test func rebootTellsWhatItAsksFor() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(14, trusting: laptop.key(), ["system.reboot": { $0.arguments }])
    try await board.pair(laptop)
    let dry = try await laptop.run("reboot", "board", "--dry-run", "--delay", "3", "--json")
    #expect(dry.status == 0 && dry.output == "{\"delay\":3,\"dry_run\":true}\n", "\(dry.talk)")
    #expect(try await laptop.run("reboot", "board", "--yes").status == 0)
    await board.node.stop()
  }

  @Test func theOutcomeOfARestartIsFoundAfterTheLinkWentDown() async throws {
    let laptop = try Laptop()
    let (calls, call) = AsyncStream.makeStream(of: Void.self)
    let ours = try await laptop.key()
    let before = try await AnsweringBoard(
      15, trusting: ours,
      [
        "wifi.restart": { _ in
          call.yield(); try await Task.sleep(for: .seconds(60)); return .map([])
        }
      ])
    try await before.pair(laptop)
    async let outcome = laptop.run("wifi", "restart", "board", "--timeout", "20")
    for await _ in calls { break }
    await before.node.stop()
    let after = try await AnsweringBoard(15, trusting: ours, port: before.port, ["wifi.status": { _ in Self.status }])
    let restarted = try await outcome
    #expect(restarted.status == 0 && restarted.talk.contains("waiting"), "\(restarted.talk)")
    #expect(restarted.output.contains("last_restart.way      reconfigure\n"))
    // What a radio hears is anyone's word.
    #expect(restarted.output.contains("net\\u{001B}[2J") && !restarted.output.contains("\u{1b}"))
    await after.node.stop()
  }

  @Test func discoveryListsTrustedAndStrangers() async throws {
    let laptop = try Laptop()
    let friend = try await AnsweringBoard(16, trusting: nil, announcingTo: laptop.discoveryPort)
    let stranger = try await AnsweringBoard(17, trusting: nil, announcingTo: laptop.discoveryPort)
    try await friend.pair(laptop, label: "friend")
    let outcome = try await laptop.run("discover", "--json", "--for", "1.5")
    let seen = try outcome.json
    let known = try #require(seen.first { $0["key"] as? String == String(decoding: friend.key.text, as: UTF8.self) })
    #expect(known["label"] as? String == "friend" && known["trusted"] as? Bool == true)
    #expect(known["address"] as? String == friend.address)
    let other = try #require(seen.first { $0["key"] as? String == String(decoding: stranger.key.text, as: UTF8.self) })
    #expect(other["label"] is NSNull && other["trusted"] as? Bool == false)
    let table = try await laptop.run("discover", "--for", "1.5").output.split(separator: "\n")
    #expect(table.count >= 3 && table[1].hasPrefix("friend"))
    await friend.node.stop()
    await stranger.node.stop()
  }

  /// As behind a firewall that lets in only what was asked for.
  @Test func whereNothingIsHeardItSaysSoAndHowToGoOn() async throws {
    let laptop = try Laptop()
    let away = String(decoding: NamingTests.key(41).text, as: UTF8.self)
    #expect(try await laptop.run("pair", away, "away").status == 0)
    for arguments in [["discover", "--for", "0.5"], ["ping", "away", "--timeout", "0.5"]] {
      let outcome = try await laptop.run(arguments)
      #expect(outcome.status == (arguments[0] == "discover" ? 0 : 69))
      for word in ["nothing at all was heard", "firewall", "UDP to port \(laptop.discoveryPort)", "--at"] {
        #expect(outcome.talk.contains(word), "\(arguments): \(outcome.talk)")
      }
    }
    // Where another one is heard, or nobody listens, that is not the trouble.
    let other = try await AnsweringBoard(42, trusting: nil, announcingTo: laptop.discoveryPort)
    for arguments in [
      ["discover", "--for", "2"], ["ping", "away", "--timeout", "2"],
      ["ping", "away", "--timeout", "0.5", "--at", "127.0.0.1:1"],
    ] {
      #expect(try await !laptop.run(arguments).talk.contains("heard"), "\(arguments)")
    }
    await other.node.stop()
  }

  @Test func aPeerIsFoundByDiscoveryAndRemembered() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      18, trusting: laptop.key(), announcingTo: laptop.discoveryPort, ["echo": { $0.arguments }])
    #expect(try await laptop.run("pair", String(decoding: board.key.text, as: UTF8.self), "board").status == 0)
    let call = try await laptop.run("call", "board", "echo", "1")
    #expect(call.status == 0 && call.output == "1\n", "\(call.talk)")
    let peer = try #require(try await laptop.run("peers", "--json").json.first)
    #expect(peer["addresses"] as? [String] == [board.address] && peer["wire"] as? Int == 2)
    await board.node.stop()
  }

  @Test func aStaleAddressDoesNotHideWhereThePeerIsNow() async throws {
    let laptop = try Laptop()
    let ours = try await laptop.key()
    let squatter = try await AnsweringBoard(19, trusting: ours)
    let board = try await AnsweringBoard(
      20, trusting: ours, announcingTo: laptop.discoveryPort, ["echo": { $0.arguments }])
    let key = String(decoding: board.key.text, as: UTF8.self)
    #expect(try await laptop.run("pair", key, "board", "--at", squatter.address).status == 0)
    let call = try await laptop.run("call", "board", "echo", "1")
    #expect(call.status == 0 && call.output == "1\n", "\(call.talk)")
    // When nobody else answers, it is told what did.
    await board.node.stop()
    let forgotten = try Laptop()
    _ = try await forgotten.key()
    #expect(try await forgotten.run("pair", key, "board", "--at", squatter.address).status == 0)
    #expect(try await forgotten.run("ping", "board", "--timeout", "1").status == 80)
    await squatter.node.stop()
  }

  @Test func aTerminalIsAskedBeforeAReboot() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(22, trusting: laptop.key(), ["system.reboot": { $0.arguments }])
    try await board.pair(laptop)
    // script(1) gives the binary a terminal.
    for (answer, status) in [("y", Int32(0)), ("n", 64), ("", 64)] {
      let asked = try await laptop.shell(
        "shift; printf '%s\\n' '\(answer)' | NO_COLOR=1 exec script -qec \"'$0' reboot board\" /dev/null")
      #expect(asked.status == status && asked.output.contains("reboot board? [y/N]"), "\(asked.output)\(asked.talk)")
    }
    await board.node.stop()
  }

  /// A key that was copied wrong is as good a key to the program as any.
  @Test func aTerminalShowsTheFingerprintOfANewKey() async throws {
    let laptop = try Laptop()
    let (key, fingerprint) = (String(decoding: NamingTests.key(9).text, as: UTF8.self), NamingTests.key(9).fingerprint)
    func pair(_ answer: String, _ options: String = "") async throws -> Laptop.Outcome {
      try await laptop.shell(
        "printf '%s\\n' '\(answer)' | NO_COLOR=1 exec script -qec \"'$0' pair \(key) board \(options)\" /dev/null")
    }
    let refused = try await pair("n")
    #expect(refused.status == 64 && refused.output.contains(String(decoding: fingerprint, as: UTF8.self)))
    #expect(try await laptop.run("peers", "--json").output.isEmpty)
    let taken = try await pair("y")
    #expect(taken.status == 0 && taken.output.contains("Trust it as board? [y/N]"), "\(taken.output)")
    // Who is known already is not asked for again, nor is who said that it needs no asking.
    #expect(try await !pair("", "--allow a.b").output.contains("[y/N]"))
    #expect(try await laptop.run("unpair", "board").status == 0)
    #expect(try await pair("", "--yes").status == 0)
  }

  @Test func labelsAreCompleted() async throws {
    let laptop = try Laptop()
    #expect(
      try await laptop.run("pair", String(decoding: NamingTests.key(9).text, as: UTF8.self), "workshop").status == 0)
    #expect(PeerArgument.labels(words: ["peernet", "ping", "--home", laptop.home]) == ["workshop"])
    let script = try await laptop.run("--generate-completion-script", "bash")
    #expect(script.status == 0 && script.output.contains("---completion"))
  }
}
