import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing
import Vectors

@testable import peernetd

/// A board that ran an Elixir node moves over to the agent: the recorded key file and trust list of such a node.
@Suite struct ImportTests {
  private static let vectors = Vectors.peerNet1
  /// Of both nodes, the first of which wrote the list, and of the second, whom the list calls alice.
  private static let keyFiles = vectors.list("keyfiles").map { $0.bytes("identity_keys") }
  private static let trustFile = vectors.object("trust_files").list("steps")[2].bytes("trust_bin")
  private static let boardKey = "O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ"
  private static let aliceKey = "54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA"
  private static let bobKey = "R5AMLLNWR4SWESXFWIKOU5T2N3EU3AU5HV5V4GWRXJXT4IJYFBPQ"

  private let board: TestBoard

  init() throws {
    board = try TestBoard()
    try FileManager.default.removeItem(atPath: board.folder.path("state"))
    try board.folder.write("trust.bin", Self.trustFile)
  }

  private var id: DaemonProcess.Ended {
    get async throws {
      try await DaemonProcess.run("id", "--config", board.folder.path("peernetd.conf"), in: board.folder)
    }
  }

  /// `import` of the file of this name, with these options.
  private func importing(_ options: String..., file: String = "trust.bin") async throws -> DaemonProcess.Ended {
    let arguments = ["import", "--config", board.folder.path("peernetd.conf"), board.folder.path(file)]
    return try await DaemonProcess(arguments + options, in: board.folder).end()
  }

  /// Without its seal.
  private var trust: String? { board.folder.trustText("state/trust") }

  private func key(_ number: UInt64) -> String { String(decoding: PublicKey(1, 2, 3, number).text, as: UTF8.self) }

  /// Alice's, with the key that her own node made.
  private func alice(_ board: PublicKey, _ wire: Wire) async throws -> LaptopNode {
    var options = LaptopNode.Options()
    options.wire = wire
    return try await LaptopNode(trusting: [board], options: options) { try! KeyFile.decode(Self.keyFiles[1]) }
  }

  private func start() async throws -> RunningBoard {
    let key = try #require(PublicKey(text: Array(Self.boardKey.utf8)))
    let running = try await board.start()
    return RunningBoard(process: running.process, key: key, port: running.port)
  }

  // MARK: The whole way

  @Test func aBoardMovesOverAndNobodyPairsAgain() async throws {
    try board.folder.write("state/identity.keys", Self.keyFiles[0])
    #expect(try await id.output.hasPrefix("key         \(Self.boardKey)\n"))
    let imported = try await importing("--allow=system.info")
    #expect(
      imported
        == .init(
          exitCode: 0,
          output: """
            left out 0bad2d04d7a0e431, this board's own key
            imported alice 2d2fb5fe0052b103
            imported "B\\xc3\\xb8b \\xf0\\x9f\\xa6\\x8a" eedd883da0a94515
            imported 2 of 3, which may call agent.whoami,system.info

            """, errors: ""))
    #expect(
      trust == """
        peernet-trust 1
        \(Self.aliceKey) alice allow=system.info added=2026-05-06T00:00:00.000000Z
        \(Self.bobKey) Bøb%20🦊 allow=system.info added=2026-12-31T23:59:59.999999Z

        """)
    #expect(board.folder.read("state/trust.good") == board.folder.read("state/trust"))
    #expect(board.folder.read("state/identity.keys") == Self.keyFiles[0])

    let running = try await start()
    // On the wire that an Elixir peer speaks, and on ours.
    for wire in [Wire.one, .two] {
      let laptop = try await alice(running.key, wire)
      try await laptop.connect(to: running)
      let me = try await laptop.call(running, "agent.whoami")
      #expect(me.value("label") == binary("alice") && me.value("grants") == .list([binary("system.info")]))
      #expect(try await laptop.call(running, "system.info").value("wire") == .integer(Int64(wire.rawValue)))
      await #expect(throws: PeerNetError.remote(.atom("forbidden"))) { try await laptop.call(running, "wifi.restart") }
      await laptop.node.stop()
    }
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aRunningBoardTakesTheImportedPeersOver() async throws {
    try board.folder.write("state/identity.keys", Self.keyFiles[0])
    let running = try await start()
    #expect(try await importing("--allow", "*").exitCode == 0)
    #expect(try await running.process.line("trust.loaded").contains("peers=2"))
    let laptop = try await alice(running.key, .two)
    try await laptop.connect(to: running)
    #expect(try await laptop.call(running, "wifi.status").value("state") == binary("completed"))
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  // MARK: What becomes of each

  @Test func whoIsTrustedAlreadyStaysAsItIs() async throws {
    try board.folder.write("state/identity.keys", Self.keyFiles[0])
    let before = "peernet-trust 1\n# mine\n\(Self.aliceKey)   ali  allow=gpio.read wire=1\n\(key(4)) alice\n"
    try board.folder.write("state/trust", before)
    let imported = try await importing("--allow", "wifi.*")
    #expect(
      imported.output == """
        left out 0bad2d04d7a0e431, this board's own key
        left ali 2d2fb5fe0052b103 as it is, trusted already
        imported "B\\xc3\\xb8b \\xf0\\x9f\\xa6\\x8a" eedd883da0a94515
        imported 1 of 3, which may call agent.whoami,wifi.*

        """)
    let after = before + "\(Self.bobKey) Bøb%20🦊 allow=wifi.* added=2026-12-31T23:59:59.999999Z\n"
    #expect(trust == after)
    // A second time it finds nothing to do.
    #expect(try await importing("--allow", "*").output.hasSuffix("\nimported 0 of 3\n"))
    #expect(trust == after)
  }

  @Test func aTakenLabelIsNumberedAndToldAndThereIsNoKeyYet() async throws {
    try board.folder.write("state/trust", "peernet-trust 1\n\(key(4)) alice\n")
    let imported = try await importing("--allow", "agent.whoami")
    #expect(
      imported.output == """
        imported 0bad2d04d7a0e431 0bad2d04d7a0e431
        imported alice-2 2d2fb5fe0052b103, called alice there
        imported "B\\xc3\\xb8b \\xf0\\x9f\\xa6\\x8a" eedd883da0a94515
        imported 3 of 3, which may call agent.whoami

        """)
    #expect(board.folder.read("state/identity.keys") == nil, "the one to come is the Elixir node's")
  }

  @Test func aDryRunTellsAndWritesNothing() async throws {
    let dry = try await importing("--allow", "wifi.*", "--dry-run")
    #expect(dry.exitCode == 0 && dry.errors.isEmpty)
    #expect(
      dry.output == """
        would import 0bad2d04d7a0e431 0bad2d04d7a0e431
        would import alice 2d2fb5fe0052b103
        would import "B\\xc3\\xb8b \\xf0\\x9f\\xa6\\x8a" eedd883da0a94515
        would import 3 of 3, which may call agent.whoami,wifi.*

        """)
    #expect(!FileManager.default.fileExists(atPath: board.folder.path("state")))
  }

  // MARK: What is refused

  @Test func whatIsNoTrustListOfABeamPeerIsToldAndNothingChanges() async throws {
    let before = "peernet-trust 1\n\(key(4)) anna\n"
    try board.folder.write("state/trust", before)
    var files = Self.vectors.list("trust_decode").map { $0.bytes("bytes") }
    files.append(Self.keyFiles[0])
    files.append(Array(before.utf8))
    files.append(Self.trustFile.dropLast())
    files.append([UInt8](repeating: 0, count: 1_048_577))
    for (index, file) in files.enumerated() {
      try board.folder.write("other.bin", file)
      let ended = try await importing("--allow", "*", file: "other.bin")
      #expect(ended.exitCode == 65, "\(index): \(ended.errors)")
      #expect(ended.errors.hasPrefix("peernetd: \(board.folder.path("other.bin")): "), "\(ended.errors)")
      #expect(
        ended.errors.hasSuffix("; nothing was imported, name the trust.bin of an Elixir node\n"))
      #expect(ended.errors.filter { $0 == "\n" }.count == 1 && ended.output.isEmpty)
      #expect(trust == before)
    }
    let none = try await importing("--allow", "*", file: "none.bin")
    #expect(none.exitCode == 74 && none.errors.contains("none.bin: there is no such file"))
    #expect(try await importing("--allow", "*", file: "state").exitCode == 74, "a folder")
    #expect(trust == before)
  }

  @Test func aTornTrustListOrKeyFileIsToldAndLeft() async throws {
    try board.folder.write("state/trust", "peernet-trust 1\nTORN")
    for ended in [try await importing("--allow=*"), try await importing("--allow=*", "--dry-run")] {
      #expect(ended.exitCode == 65 && ended.output.isEmpty)
      #expect(ended.errors.hasPrefix("peernetd: \(board.folder.path("state/trust")):2:1: key; "), "\(ended.errors)")
      #expect(trust == "peernet-trust 1\nTORN")
    }
    try board.folder.write("state/trust", "peernet-trust 1\n")
    try board.folder.write("state/identity.keys", "torn")
    #expect(try await importing("--allow=*").exitCode == 78)
    #expect(trust == "peernet-trust 1\n")
  }

  @Test func whatTheyMayCallMustBeSaid() async throws {
    let ended = try await importing()
    #expect(
      ended
        == .init(
          exitCode: 64, output: "",
          errors: "peernetd: missing --allow: what the imported peers may call here; see peernetd --help\n"))
    #expect(try await importing("--allow", "wifi.*,*x").exitCode == 65)
    #expect(try await importing("--allow", "wifi.*, gpio.*").errors.contains("the nearest is gpio.*"))
    #expect(trust == nil)
  }
}
