import Boards
import ETF
import Foundation
import PeerNet
import Sodium
import Testing
import Vectors

@testable import peernet

/// The recorded files of an Elixir node, brought over to a laptop.
@Suite struct ImportTests {
  private static let keyFiles = Vectors.peerNet1.list("keyfiles").map { $0.bytes("identity_keys") }
  private static let trustFile = Vectors.peerNet1.object("trust_files").list("steps")[2].bytes("trust_bin")
  private static let aliceKey = "54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA"

  private let laptop: Laptop

  /// A laptop that lies in the place of the node which wrote the list.
  init() throws {
    laptop = try Laptop()
    try FileManager.default.createDirectory(atPath: laptop.home, withIntermediateDirectories: true)
    try write("identity.keys", Self.keyFiles[0])
    try write("trust.bin", Self.trustFile)
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: laptop.file(name)))
  }

  private var trust: String? { try? String(contentsOfFile: laptop.file("trust"), encoding: .utf8) }

  @Test func aLaptopMovesOver() async throws {
    #expect(try await String(decoding: laptop.key().fingerprint, as: UTF8.self) == "0bad2d04d7a0e431")
    let imported = try await laptop.run("import", laptop.file("trust.bin"))
    #expect(imported.status == 0 && imported.talk == "imported 2 of 3\n", "\(imported.talk)")
    #expect(
      imported.output == """
        left out 0bad2d04d7a0e431, this computer's own key
        imported alice 2d2fb5fe0052b103
        imported Bøb 🦊 eedd883da0a94515

        """)
    let peers = try await laptop.run("peers", "--json").json
    #expect(peers.map { $0["label"] as? String } == ["alice", "Bøb 🦊"])
    #expect(peers.allSatisfy { ($0["allow"] as? [String]) == [] && $0["wire"] is NSNull })
    #expect(trust?.contains("\(Self.aliceKey) alice added=2026-05-06T00:00:00.000000Z\n") == true)
  }

  @Test func whatEachBecomesAsJSON() async throws {
    #expect(try await laptop.run("pair", Self.aliceKey, "ali", "--allow", "a.b").status == 0)
    let key = String(decoding: NamingTests.key(9).text, as: UTF8.self)
    #expect(try await laptop.run("pair", key, "Bøb 🦊").status == 0)
    let before = try #require(trust)
    let dry = try await laptop.run("import", "--json", "--dry-run", "--allow", "c.*", laptop.file("trust.bin"))
    #expect(trust == before)
    let done = try await laptop.run("import", "--json", "--allow", "c.*", laptop.file("trust.bin"))
    for (outcome, isDry) in [(dry, true), (done, false)] {
      #expect(outcome.status == 0 && outcome.talk.isEmpty)
      let peers = try outcome.json
      try #require(peers.count == 3, "\(outcome.talk)")
      #expect(peers.map { $0["outcome"] as? String } == ["own_key", "present", "imported"])
      #expect(peers[0]["label"] is NSNull && peers[0]["label_there"] is NSNull)
      #expect(peers[1]["label"] as? String == "ali" && peers[1]["label_there"] as? String == "alice")
      #expect(peers[1]["key"] as? String == Self.aliceKey)
      #expect(peers[2]["label"] as? String == "Bøb 🦊-2" && peers[2]["fingerprint"] as? String == "eedd883da0a94515")
      #expect(peers.allSatisfy { $0["dry_run"] as? Bool == isDry })
    }
    // All but the last line, which is the seal.
    let lines = before.split(separator: "\n").dropLast().joined(separator: "\n")
    #expect(trust?.hasPrefix(lines + "\n") == true)
    #expect(trust?.contains(" Bøb%20🦊-2 allow=c.* added=2026-12-31T23:59:59.999999Z\n") == true)
    let again = try await laptop.run("import", laptop.file("trust.bin"))
    #expect(again.talk == "imported 0 of 3\n")
    #expect(again.output.contains("left Bøb 🦊-2 eedd883da0a94515 as it is, trusted already\n"))
  }

  /// One label that is an atom, one entry that names nobody: the others come over, and what does not is named.
  @Test func whatTextCanBeMadeOfIsTaken() async throws {
    let keys = (1...3).map { NamingTests.key(UInt8($0)) }
    let labels: [Term] = [.atom("pump"), .string(Array("shed".utf8)), .integer(7)]
    var entries: [Term] = zip(keys, labels).map { key, label in
      .map([MapPair(.atom("pubkey"), .binary(key.bytes)), MapPair(.atom("label"), label)])
    }
    entries.append(.map([MapPair(.atom("label"), .atom("nobody"))]))
    try write("odd.bin", Term.list(entries).encoded())
    let dry = try await laptop.run("import", "--dry-run", "--json", laptop.file("odd.bin")).json
    #expect(dry.map { $0["outcome"] as? String } == ["imported", "imported", "imported", "no_key"])
    #expect(dry[3]["label_there"] as? String == "nobody" && dry[3]["entry"] as? Int == 4)
    let imported = try await laptop.run("import", laptop.file("odd.bin"))
    #expect(imported.status == 0 && imported.talk == "imported 3 of 4\n", "\(imported.talk)")
    #expect(
      imported.output.hasSuffix("\nleft out entry 4, called \"nobody\" there: it has no key of 32 bytes\n"),
      "\(imported.output)")
    #expect(try await laptop.run("peers", "--json").json.map { $0["label"] as? String } == ["7", "shed", "pump"])
  }

  @Test func moreThanAListHoldsAreNamed() async throws {
    let entries = (0..<1_030).map { number in
      Term.map([MapPair(.atom("pubkey"), .binary(PublicKey(1, 2, 3, UInt64(number)).bytes))])
    }
    try write("many.bin", Term.list(entries).encoded())
    let imported = try await laptop.run("import", laptop.file("many.bin"))
    #expect(imported.status == 0 && imported.talk == "imported 1024 of 1030\n", "\(imported.talk)")
    let left = imported.output.split(separator: "\n").filter { $0.contains(": the trust list is full; unpair some") }
    #expect(left.count == 6)
  }

  @Test func aDryRunMakesNothing() async throws {
    let fresh = try Laptop()
    let dry = try await fresh.run("import", "--dry-run", laptop.file("trust.bin"))
    #expect(dry.status == 0 && dry.talk == "would import 3 of 3\n")
    #expect(dry.output.hasPrefix("would import 0bad2d04d7a0e431 0bad2d04d7a0e431\nwould import alice "))
    #expect(!FileManager.default.fileExists(atPath: fresh.home))
    // Nor does the real one make a key: the one to come may be the Elixir node's.
    #expect(try await fresh.run("import", laptop.file("trust.bin")).status == 0)
    #expect(!FileManager.default.fileExists(atPath: fresh.file("identity.keys")))
  }

  @Test func whatIsNoTrustListOfABeamPeerIsToldAndNothingChanges() async throws {
    #expect(try await laptop.run("pair", Self.aliceKey, "ali").status == 0)
    let before = trust
    var files = Vectors.peerNet1.list("trust_decode").map { $0.bytes("bytes") }
    files += [Self.keyFiles[0], Self.trustFile.dropLast(), [UInt8](repeating: 0, count: 1_048_577)]
    for (index, file) in files.enumerated() {
      try write("other.bin", file)
      try expectRefusal(await laptop.run("import", laptop.file("other.bin")), "other.bin: it is ", "\(index)")
    }
    try expectRefusal(await laptop.run("import", laptop.file("none.bin")), "No such file", "none")
    try expectRefusal(await laptop.run("import", laptop.home), "no regular file", "a folder")
    try expectRefusal(await laptop.run("import", laptop.file("trust.bin"), "--allow", "a.**"), "--allow", "grants")
    #expect(trust == before)
    try write("trust", Array("torn".utf8))
    try expectRefusal(await laptop.run("import", laptop.file("trust.bin")), laptop.file("trust"), "torn")
    try expectRefusal(await laptop.run("import", "--dry-run", laptop.file("trust.bin")), laptop.file("trust"), "torn")
    #expect(trust == "torn")
  }

  private func expectRefusal(_ outcome: Laptop.Outcome, _ talk: String, _ what: String) throws {
    #expect(outcome.status == 65 && outcome.output.isEmpty, "\(what): \(outcome.talk)")
    #expect(outcome.talk.contains(talk) && outcome.talk.filter { $0 == "\n" }.count == 1, "\(what): \(outcome.talk)")
  }
}
