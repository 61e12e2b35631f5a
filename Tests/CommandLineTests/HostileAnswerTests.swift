import Admin
import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Testing

@testable import peernet

/// What a board may answer to fill this computer's memory, to keep it busy, or to be taken for a success.
@Suite struct HostileAnswerTests {
  /// Names to write before each of many small values: half a MiB of answer, gigabytes of lines.
  private static func repeated(_ name: Int) -> Term {
    let values = (0..<20_000).map { MapPair(.integer($0), .integer(7)) }
    return .map([MapPair(.binary([UInt8](repeating: 0x78, count: name)), .map(values))])
  }

  /// Maps in one another, each with a key that no object of JSON can have.
  private static func nested(_ depth: Int) -> Term {
    (0..<depth).reduce(Term.integer(1)) { inner, _ in
      .map([MapPair(.binary(utf8: "a"), inner), MapPair(.integer(1), .integer(2))])
    }
  }

  // MARK: What is made of it

  @Test func aLongNameIsNotWrittenBeforeEachValue() {
    let report = Report(Self.repeated(250_000))
    #expect(report.rows.count == Report.maximumRows && report.left == 20_000 - Report.maximumRows)
    #expect(report.lines.allSatisfy { $0.utf8.count <= Report.maximumWidth + 3 })
    // What fits stands as it was.
    #expect(Report(.map([MapPair(.binary(utf8: "a"), Self.repeated(3))])).rows[1].name == "a.xxx.1")
  }

  @Test func aLongNameIsNotThePaddingOfEachLine() {
    var pairs = (0..<10_000).map { MapPair(Term.integer($0), .integer(7)) }
    pairs.append(MapPair(.binary([UInt8](repeating: 0x78, count: 300_000)), .integer(1)))
    for order in [pairs, pairs.reversed()] {
      #expect(Report(.map(order)).lines.map(\.utf8.count).reduce(0, +) < 1_000_000)
    }
  }

  /// At a depth of 100 twice the work at each level has no end.
  @Test func eachValueBecomesJSONOnce() {
    let line = JSON(Self.nested(100)).line
    #expect(line.hasPrefix(#"{"map":[["a",{"map":"#) && line.utf8.count < 3_000)
  }

  @Test func keysAreTheSameOnlyByteByByte() {
    let pairs = ["\u{e9}", "e\u{301}"].map { MapPair(.binary(utf8: $0), .integer(1)) }
    #expect(JSON(.map(pairs)).line == #"{"\#u{e9}":1,"\#u{65}\#u{301}":1}"#)
  }

  // MARK: The binary

  /// In a process that may have 1 GiB and 20 s of the processor, where 5.8 GB and minutes were taken.
  @Test func aLargeAnswerCostsLittle() async throws {
    let laptop = try Laptop()
    let (named, deep) = (Self.repeated(250_000), Self.nested(100))
    let board = try await AnsweringBoard(
      40, trusting: laptop.key(),
      [
        "system.info": { _ in named }, "wifi.status": { _ in deep },
        "gpio.list": { _ in
          let row = MapPair(Term.binary(utf8: "label"), .binary([UInt8](repeating: 0x78, count: 200_000)))
          let rows = [Term.map([row])] + [Term](repeating: .map([]), count: 30_000)
          return .map([MapPair(.binary(utf8: "lines"), .list(rows))])
        },
      ])
    try await board.pair(laptop)
    for command in ["info board", "info board --json", "wifi status board --json", "gpio list board"] {
      let outcome = try await laptop.shell(
        "ulimit -v 1048576; ulimit -t 20; \"$0\" \(command) | { head -c 2000000 | wc -c; cat >/dev/null; }")
      let count = try #require(Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(0 < count && count < 2_000_000, "\(command): \(count) \(outcome.talk)")
      #expect(!outcome.talk.contains("peernet: "), "\(command): \(outcome.talk)")
    }
    await board.node.stop()
  }

  @Test func anAnswerOfTheWrongTypeIsAFailure() async throws {
    let laptop = try Laptop()
    let levels = try Term(text: "#{<<\"values\">> => #{<<\"a\">> => 1}}")
    let wrong: [String: Term] = [
      "system.info": .atom("nil"), "agent.whoami": 5, "wifi.status": [], "wifi.restart": .binary(utf8: "ok"),
      "wifi.scan": .map([]), "gpio.list": .map([MapPair(.binary(utf8: "lines"), [1])]), "gpio.read": levels,
      "gpio.write": .map([MapPair(.binary(utf8: "values"), .map([MapPair(.binary(utf8: "a"), 7)]))]),
      "system.reboot": .atom("ok"), "system.poweroff": .float(1),
    ]
    let board = try await AnsweringBoard(
      41, trusting: laptop.key(), wrong.mapValues { term -> PeerNode.Handler in { _ in term } })
    try await board.pair(laptop)
    let commands = [
      "info board", "status board", "wifi status board", "wifi restart board", "wifi scan board", "gpio list board",
      "gpio read board b", "gpio write board a=1", "reboot board --yes", "poweroff board --yes",
    ]
    for command in commands {
      let outcome = try await laptop.shell("shift; exec \"$0\" \(command)")
      #expect(outcome.status == Admin.ExitStatus.badAnswer.rawValue, "\(command): \(outcome.talk)")
      #expect(outcome.output.isEmpty && outcome.talk.contains("on board failed: it answered "), "\(outcome.talk)")
      #expect(outcome.talk.filter { $0 == "\n" }.count == 1, "\(outcome.talk)")
      // Nobody is told to do again what may have been done.
      let changes = ["restart", "write", "reboot", "poweroff"].contains { command.contains($0) }
      #expect(outcome.talk.contains(changes ? "before you repeat it" : "peernet call board "), "\(outcome.talk)")
    }
    #expect(try await laptop.run("call", "board", "system.info").output == "nil\n")
    await board.node.stop()
  }

  @Test func noLineThatCanBeReadIsAFailure() async throws {
    let laptop = try Laptop()
    let answer = try Term(
      text: "#{<<\"values\">> => #{}, <<\"problems\">> => #{<<\"a\">> => <<\"unavailable: gone\">>, <<\"b\">> => <<>>}}"
    )
    let board = try await AnsweringBoard(42, trusting: laptop.key(), ["gpio.read": { _ in answer }])
    try await board.pair(laptop)
    let read = try await laptop.run("gpio", "read", "board")
    #expect(read.status == 76 && read.output.isEmpty, "\(read.talk)")
    #expect(
      read.talk == "peernet: no line of board can be read: a: unavailable: gone (and 1 more); "
        + "see its lines: peernet gpio list board\n")
    let json = try await laptop.run("gpio", "read", "board", "--json")
    #expect(json.status == 76 && json.output.contains("unavailable") && json.talk.contains(#""code":"refused""#))
    await board.node.stop()
  }

  // MARK: Files

  /// Nobody writes to it, so whoever waited for that would wait for ever.
  @Test func aFIFOIsNoFile() async throws {
    let laptop = try Laptop()
    _ = try await laptop.key()
    let fifo = laptop.file("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    let out = laptop.file("out.img")
    for arguments in [
      "import '\(fifo)'", "flash '\(fifo)' /dev/null", "provision --show '\(fifo)'",
      "provision '\(fifo)' --out '\(out)' --trust me --hostname a",
      "provision /dev/null --batch '\(fifo)' --out-dir '\(laptop.home)' --trust me",
      "provision /dev/null --out '\(out)' --trust me --hostname a --profile '\(fifo)'",
      "provision /dev/null --out '\(out)' --trust me --hostname a --wifi x --country DE --wifi-password-file '\(fifo)'",
    ] {
      let outcome = try await laptop.shell("exec timeout -s KILL 10 \"$0\" \(arguments)")
      #expect([65, 74].contains(outcome.status), "\(arguments): \(outcome.status) \(outcome.talk)")
      #expect(outcome.talk.contains("it is no regular file"), "\(arguments): \(outcome.talk)")
    }
  }
}
