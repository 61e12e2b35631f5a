import Boards
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

@testable import peernetd

/// The commands of the built binary, on files of the test's own.
@Suite struct CommandTests {
  private let folder: TemporaryFolder
  private let anna = String(decoding: PublicKey(1, 2, 3, 4).text, as: UTF8.self)
  private let annaFingerprint = String(decoding: PublicKey(1, 2, 3, 4).fingerprint, as: UTF8.self)
  private let bert = String(decoding: PublicKey(5, 6, 7, 8).text, as: UTF8.self)

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("peernetd.conf", "[paths]\nstate = \(folder.path("state"))\n")
  }

  private func run(_ arguments: String...) async throws -> DaemonProcess.Ended {
    try await DaemonProcess(arguments + ["--config", folder.path("peernetd.conf")], in: folder).end()
  }

  /// Without its seal.
  private var trust: String? { folder.trustText("state/trust") }
  private var lastGood: String? { folder.trustText("state/trust.good") }

  // MARK: Identity

  @Test func idMakesAPrivateKeyOnceAndPrintsItsPublicHalf() async throws {
    let first = try await run("id")
    #expect(first.exitCode == 0 && first.errors.isEmpty)
    let bytes = try #require(folder.read("state/identity.keys"))
    #expect(try folder.mode("state/identity.keys") == 0o600)
    #expect(try folder.mode("state") == 0o700)
    let key = try KeyFile.decode(bytes).publicKey
    #expect(
      first.output == """
        key         \(String(decoding: key.text, as: UTF8.self))
        fingerprint \(String(decoding: key.fingerprint, as: UTF8.self))
        file        \(folder.path("state/identity.keys"))

        """)
    let second = try await run("id")
    #expect(second == first)
    #expect(folder.read("state/identity.keys") == bytes)
  }

  @Test(arguments: WrongKeyFile.all)
  func aKeyFileThatIsNoneIsToldAndLeft(_ file: WrongKeyFile) async throws {
    let bytes = file.bytes
    try folder.write("state/identity.keys", bytes)
    let isTooLarge = bytes.count > 4096
    for arguments in [["id"], ["pair", anna, "anna"], []] {
      let ended = try await DaemonProcess(arguments + ["--config", folder.path("peernetd.conf")], in: folder).end()
      #expect(ended.exitCode == (isTooLarge ? 74 : 78), "\(arguments): \(ended.errors)")
      #expect(ended.errors.hasPrefix("peernetd: \(folder.path("state/identity.keys")): "))
      #expect(ended.errors.contains(file.reason), "\(ended.errors)")
      #expect(ended.errors.filter { $0 == "\n" }.count == 1)
      #expect(folder.read("state/identity.keys") == bytes)
    }
  }

  @Test func aStateFolderThatCannotBeMadeIsTold() async throws {
    try folder.write("state", "a file")
    let ended = try await run("id")
    #expect(ended.exitCode == 74)
    #expect(ended.errors.contains("Not a directory"), "\(ended.errors)")
  }

  // MARK: Trust

  @Test func pairPeersUnpair() async throws {
    #expect(
      try await run("pair", anna, "anna", "--allow", "wifi.*,gpio.write:pump", "--wire", "2")
        == .init(
          exitCode: 0,
          output: "paired anna \(annaFingerprint), which may call agent.whoami,wifi.*,gpio.write:pump\n", errors: ""))
    #expect(try await run("pair", bert, "bert home").exitCode == 0)
    #expect(
      trust == """
        peernet-trust 1
        \(anna) anna allow=wifi.*,gpio.write:pump wire=2
        \(bert) bert%20home

        """)
    #expect(lastGood == trust)
    #expect(try folder.mode("state/trust") == 0o600)

    let peers = try await run("peers")
    #expect(peers.exitCode == 0)
    #expect(
      peers.output.split(separator: "\n").first.map(String.init)
        == "anna \(annaFingerprint) \(anna) allow=wifi.*,gpio.write:pump wire=2")
    #expect(peers.output.contains("\n\"bert home\" "))

    #expect(try await run("unpair", "bert home").exitCode == 0)
    #expect(try await run("unpair", annaFingerprint).output == "unpaired anna \(annaFingerprint)\n")
    #expect(trust == "peernet-trust 1\n")
    #expect(lastGood == trust, "who was unpaired does not come back with the copy")
    let unknown = try await run("unpair", anna)
    #expect(unknown.exitCode == 66)
    #expect(unknown.errors.contains("see peernetd peers"))
  }

  @Test func pairingTwiceTheSameIsNoError() async throws {
    _ = try await run("pair", anna, "anna", "--allow", "wifi.*")
    let before = trust
    #expect(try await run("pair", anna, "anna", "--allow", "wifi.*").exitCode == 0)
    #expect(trust == before)
  }

  @Test func pairingAKnownKeyChangesWhatIsNamedAndNothingElse() async throws {
    _ = try await run("pair", anna, "anna", "--allow", "wifi.*", "--wire", "2")
    _ = try await run("pair", anna, "anna")
    #expect(trust == "peernet-trust 1\n\(anna) anna allow=wifi.* wire=2\n")
    let more = try await run("pair", anna, "anna", "--allow", "wifi.*,gpio.write")
    #expect(more.output == "paired anna \(annaFingerprint), which may call agent.whoami,wifi.*,gpio.write\n")
    _ = try await run("pair", anna, "annie", "--allow", "gpio.read")
    #expect(trust == "peernet-trust 1\n\(anna) annie allow=gpio.read wire=2\n")
  }

  /// The command that a refusal shows may be pasted by anybody: it takes nothing away and renames nobody.
  @Test func addingToAKnownKeyLeavesTheRest() async throws {
    _ = try await run("pair", anna, "anna", "--allow", "wifi.*", "--wire", "2")
    _ = try await run("pair", bert, "laptop")
    let more = try await run("pair", anna, "laptop", "--add", "gpio.write,wifi.*")
    #expect(more.output == "paired anna \(annaFingerprint), which may call agent.whoami,wifi.*,gpio.write\n")
    #expect(trust == "peernet-trust 1\n\(anna) anna allow=wifi.*,gpio.write wire=2\n\(bert) laptop\n")
    let before = trust
    #expect(try await run("pair", anna, "laptop", "--add", "gpio.write").exitCode == 0)
    #expect(trust == before)
    // Who is not known yet is taken in.
    _ = try await run("unpair", "anna")
    #expect(try await run("pair", anna, "laptop", "--add", "gpio.write").exitCode == 65, "the label is another's")
    #expect(try await run("pair", anna, "anna", "--add", "gpio.write").exitCode == 0)
    #expect(trust == "peernet-trust 1\n\(bert) laptop\n\(anna) anna allow=gpio.write\n")
  }

  /// Only a command is so strict: a list that names what another release knows is read.
  @Test(arguments: [
    ("wifi.retsart", "wifi.restart"), ("wifi.*, gpio.*", "gpio.*"), ("gpio.write,...", "gpio."),
    ("wif.*", "wifi.*"), ("wifi.restart:x", "wifi.restart"), ("GPIO.read:door", "gpio.read"), ("x", ""),
  ]) func namesThatNoBoardHasAreRefused(allow: String, nearest: String) async throws {
    try folder.write("state/trust", "peernet-trust 1\n\(anna) anna allow=wifi.later,lamp.*\n")
    let before = trust
    for arguments in [["pair", bert, "bert", "--allow", allow], ["pair", anna, "anna", "--add", allow]] {
      let ended = try await DaemonProcess(arguments + ["--config", folder.path("peernetd.conf")], in: folder).end()
      #expect(ended.exitCode == 65 && ended.output.isEmpty)
      #expect(ended.errors.contains("; the nearest is \(nearest)"), "\(ended.errors)")
      #expect(trust == before)
    }
    #expect(try await run("peers").output.contains("allow=wifi.later,lamp.*"))
    #expect(try await run("pair", anna, "anna", "--add", "gpio.read:door").exitCode == 0)
    #expect(trust == "peernet-trust 1\n\(anna) anna allow=wifi.later,lamp.*,gpio.read:door\n")
  }

  @Test func refusedPairsChangeNothing() async throws {
    _ = try await run("pair", anna, "anna")
    let before = trust
    let own = String(try await run("id").output.dropFirst(12).prefix(52))
    for (arguments, reason) in [
      ([bert, "anna"], "another peer has the label anna"), ([bert, "a\u{1b}b"], "is not a label"),
      ([bert, ""], "is not a label"), ([bert, String(repeating: "x", count: 65)], "is not a label"),
      ([bert, "bert", "--allow", "wifi.*,*x"], "grants nothing"), ([own, "me"], "this board's own key"),
    ] {
      let ended = try await DaemonProcess(
        ["pair"] + arguments + ["--config", folder.path("peernetd.conf")], in: folder
      ).end()
      #expect(ended.exitCode == 65, "\(arguments)")
      #expect(ended.errors.contains(reason), "\(ended.errors)")
      #expect(!ended.errors.contains("\u{1b}"))
    }
    #expect(trust == before)
  }

  @Test func aTornTrustListIsToldAndLeft() async throws {
    _ = try await run("pair", anna, "anna")
    let good = lastGood
    try folder.write("state/trust", "peernet-trust 1\n\(anna.dropLast(9))")
    let torn = trust
    for arguments in [["pair", bert, "bert"], ["unpair", "anna"], ["peers"]] {
      let ended = try await DaemonProcess(arguments + ["--config", folder.path("peernetd.conf")], in: folder).end()
      #expect(ended.exitCode == 65)
      #expect(ended.errors.hasPrefix("peernetd: \(folder.path("state/trust")):2:1: key; correct it"), "\(ended.errors)")
      #expect(ended.output.isEmpty)
      #expect(trust == torn)
      #expect(lastGood == good)
    }
  }

  @Test func aTrustListThatIsGoneContinuesFromItsCopy() async throws {
    _ = try await run("pair", anna, "anna")
    try FileManager.default.removeItem(atPath: folder.path("state/trust"))
    _ = try await run("pair", bert, "bert")
    #expect(trust == "peernet-trust 1\n\(anna) anna\n\(bert) bert\n")
  }

  @Test func whatAnOperatorWroteStays() async throws {
    try folder.write("state/trust", "peernet-trust 1\n# mine\n\(anna)   anna  since=2024\n")
    _ = try await run("pair", bert, "bert")
    #expect(trust == "peernet-trust 1\n# mine\n\(anna)   anna  since=2024\n\(bert) bert\n")
  }

  @Test func writersAtTheSameTimeLoseNothing() async throws {
    _ = try await run("id")
    let keys = (0..<8).map { PublicKey(9, 9, 9, $0) }
    let processes = try keys.enumerated().map { index, key in
      try DaemonProcess(
        ["pair", String(decoding: key.text, as: UTF8.self), "p\(index)", "--config", folder.path("peernetd.conf")],
        in: folder)
    }
    for process in processes { #expect(try await process.end().exitCode == 0) }
    let list = try TrustList.parse(try #require(folder.read("state/trust")))
    #expect(Set(list.entries.map(\.key)) == Set(keys))
  }

  // MARK: Configuration and usage

  @Test func checkConfigTellsEveryFault() async throws {
    #expect(try await run("--check-config").output == "\(folder.path("peernetd.conf")): good\n")
    try folder.write("peernetd.conf", "[node]\nport = x\nfresh = 1\n[paths]\nstate = ~/s\n")
    let ended = try await run("--check-config")
    #expect(ended.exitCode == 78)
    let path = folder.path("peernetd.conf")
    #expect(
      ended.errors == """
        peernetd: \(path):2: [node] port: x is not a number from 0 to 65535
        peernetd: \(path):5: [paths] state: ~/s is not an absolute path; write it out from the / on, without ~ and \
        without ..
        peernetd: \(path):3: [node] fresh: unknown key; correct its name or remove the line

        """)
  }

  @Test func checkConfigCountsWhatIsUnknown() async throws {
    try folder.write("peernetd.conf", "[paths]\nstate = \(folder.path("state"))\n[new]\na = 1\n")
    #expect(try await run("--check-config").exitCode == 78)
    #expect(try await run("id").exitCode == 0, "a newer file does not keep an older agent down")
  }

  @Test func checkConfigReadsTheBoardProfileToo() async throws {
    try folder.write("peernetd.conf", "[board]\nprofile = \(folder.path("board.conf"))\n")
    #expect(try await run("--check-config").errors.contains("board.conf: there is no such file"))
    try folder.write("board.conf", "[gpio pump]\nline = GPIO17\n\n[gpio pump]\ndirection = sideways\n")
    let ended = try await run("--check-config")
    #expect(ended.exitCode == 78)
    #expect(ended.errors.hasPrefix("peernetd: \(folder.path("board.conf")):5: "), "\(ended.errors)")
  }

  @Test func aFileThatIsNoIniOrNotThere() async throws {
    try folder.write("peernetd.conf", "[node]\nport 4040\n")
    let bad = try await run("--check-config")
    #expect(bad.exitCode == 78)
    #expect(bad.errors.hasPrefix("peernetd: \(folder.path("peernetd.conf")):2: "))
    let missing = try await DaemonProcess.run("id", "--config", folder.path("other"), in: folder)
    #expect(missing.exitCode == 78)
    #expect(missing.errors.contains("there is no such file"))
  }

  @Test func aPortThatIsTakenIsNamed() async throws {
    let running = try await TestBoard().start()
    try folder.write(
      "peernetd.conf",
      "[node]\nlisten = 127.0.0.1\nport = \(running.port)\ninterfaces = lo\n[paths]\nstate = \(folder.path("state"))\n")
    let ended = try await run()
    #expect(ended.exitCode == 70)
    // Each C library has its own words for the number.
    let advice = "Else set listen and port under [node] of \(folder.path("peernetd.conf"))\n"
    let place = "peernetd: cannot listen at 127.0.0.1:\(running.port): bind: Address "
    #expect(ended.errors.contains(place), "\(ended.errors)")
    #expect(ended.errors.hasSuffix(" in use; is another peernetd at work? " + advice), "\(ended.errors)")
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func usage() async throws {
    let help = try await DaemonProcess.run("--help", in: folder)
    #expect(help.exitCode == 0 && help.output.contains("peernetd unpair PEER") && help.errors.isEmpty)
    #expect(try await DaemonProcess.run("--version", in: folder).output.hasPrefix("peernetd 0."))
    let wrong = try await DaemonProcess.run("start", in: folder)
    #expect(wrong == .init(exitCode: 64, output: "", errors: "peernetd: unknown command start; see peernetd --help\n"))
  }
}

struct WrongKeyFile: Sendable {
  let bytes: [UInt8]
  let reason: String

  private init(_ start: String, _ rest: [UInt8], _ reason: String) {
    bytes = Array(start.utf8) + rest
    self.reason = reason
  }

  private static let seven = [UInt8](repeating: 7, count: 32)
  private static let nine = [UInt8](repeating: 9, count: 32)

  static let all = [
    WrongKeyFile("", [], "the key file is empty"),
    WrongKeyFile("hello", [], "not a key file"),
    WrongKeyFile("PNID", [1] + seven + seven, "holds keys of version 1"),
    WrongKeyFile("PNID", [2, 32] + seven, "71 bytes long, this one is not"),
    WrongKeyFile("PNID", [2, 32] + seven + [32] + nine, "not that of its private key"),
    WrongKeyFile("", [UInt8](repeating: 0, count: 5000), "larger than 4096 bytes"),
  ]
}
