import ETF
import Sodium
import Testing
import Vectors

@testable import PeerNet

@Suite struct BeamTrustFileTests {
  private let files = Vectors.peerNet1.object("trust_files")

  @Test func everyRecordedStep() throws {
    var expected: [BeamTrustFile.Peer] = []
    for step in files.list("steps") {
      let added = step.object("added")
      expected.append(
        BeamTrustFile.Peer(
          key: try #require(PublicKey(added.bytes("pubkey"))),
          label: added.has("label") ? utf8(added.text("label")) : nil,
          addedAt: utf8(added.text("added_at"))))
      let file = step.bytes("trust_bin")
      let peers = try BeamTrustFile.decode(file)
      #expect(peers == expected)
      // Not a byte of the file goes unread.
      #expect(hex(try Term.decode(file).encoded(options: EncodingOptions(atoms: .latin1))) == step.text("trust_bin"))
    }
    #expect(expected.count == 3)
    #expect(try BeamTrustFile.decode(files.bytes("after_removing_all")).isEmpty)
  }

  /// The recorded peer takes every one of these for an empty list (or worse); we say what is wrong.
  @Test(arguments: Vectors.peerNet1.list("trust_decode").indices)
  func everyRecordedDecision(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("trust_decode")[index]
    let bytes = vector.bytes("bytes")
    switch vector.text("case") {
    case "not a list": #expect(throws: BeamTrustFile.LoadError.notAList) { try BeamTrustFile.decode(bytes) }
    case "list of garbage":
      #expect(throws: BeamTrustFile.LoadError.malformed(entry: 1)) { try BeamTrustFile.decode(bytes) }
    case "garbage", "truncated", "empty file":
      let inner = #expect(throws: DecodingError.self) { try Term.decode(bytes) }
      #expect(throws: BeamTrustFile.LoadError.term(try #require(inner))) { try BeamTrustFile.decode(bytes) }
    case let other: Issue.record("no decision for \(other)")
    }
  }

  @Test func entriesMustBeWhole() throws {
    let peer = { (key: [UInt8], label: Term) -> Term in
      .map([MapPair(.atom("pubkey"), .binary(key)), MapPair(.atom("label"), label)])
    }
    let key = [UInt8](repeating: 7, count: 32)
    func decode(_ entries: [Term]) throws(BeamTrustFile.LoadError) -> [BeamTrustFile.Peer] {
      try BeamTrustFile.decode(Term.list(entries, tail: nil).encoded())
    }
    #expect(try decode([peer(key, .atom("nil"))]).map(\.addedAt) == [nil])
    #expect(throws: BeamTrustFile.LoadError.malformed(entry: 0)) { try decode([peer(key.dropLast(), .atom("nil"))]) }
    #expect(throws: BeamTrustFile.LoadError.malformed(entry: 0)) { try decode([peer(key, .atom("true"))]) }
    #expect(throws: BeamTrustFile.LoadError.malformed(entry: 0)) { try decode([.map([])]) }
    #expect(throws: BeamTrustFile.LoadError.duplicateKey(entry: 0)) {
      try decode([peer(key, .atom("nil")), peer(key, .binary(utf8: "x"))])
    }
    #expect(throws: BeamTrustFile.LoadError.tooManyPeers) {
      try decode([Term](repeating: .atom("nil"), count: 1_025))
    }
  }

  @Test func mutationsNeverTrap() {
    var random = SeededGenerator(seed: 7)
    let good = files.list("steps")[2].bytes("trust_bin")
    var read = 0
    for _ in 0..<3_000 {
      if let peers = try? BeamTrustFile.decode(random.mutate(good)) {
        read += 1
        #expect(Set(peers.map(\.key)).count == peers.count)
      }
    }
    #expect(read > 50)
  }
}
