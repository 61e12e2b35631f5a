import ETF
import Seeds
import Sodium
import TestKit
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
      let list = try BeamTrustFile(file)
      #expect(list.peers == expected && list.leftOut.isEmpty)
      // Not a byte of the file goes unread.
      #expect(hex(try Term.decode(file).encoded(options: EncodingOptions(atoms: .latin1))) == step.text("trust_bin"))
    }
    #expect(expected.count == 3)
    #expect(try BeamTrustFile(files.bytes("after_removing_all")).peers.isEmpty)
  }

  /// The recorded peer takes every one of these for an empty list (or worse); we say what is wrong.
  @Test(arguments: Vectors.peerNet1.list("trust_decode").indices)
  func everyRecordedDecision(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("trust_decode")[index]
    let bytes = vector.bytes("bytes")
    switch vector.text("case") {
    case "not a list": #expect(throws: BeamTrustFile.Fault.notAList) { try BeamTrustFile(bytes) }
    case "list of garbage":
      #expect(throws: BeamTrustFile.Fault.noPeers) { try BeamTrustFile(bytes) }
    case "garbage", "truncated", "empty file":
      let inner = #expect(throws: ETFDecodingError.self) { try Term.decode(bytes) }
      #expect(throws: BeamTrustFile.Fault.term(try #require(inner))) { try BeamTrustFile(bytes) }
    case let other: Issue.record("no decision for \(other)")
    }
  }

  private let key = [UInt8](repeating: 7, count: 32)

  private func peer(_ key: [UInt8], _ label: Term) -> Term {
    .map([MapPair(.atom("pubkey"), .binary(key)), MapPair(.atom("label"), label)])
  }

  private func list(_ entries: [Term]) throws(BeamTrustFile.Fault) -> BeamTrustFile {
    try BeamTrustFile(Term.list(entries, tail: nil).encoded())
  }

  /// Labels that programs and operators made of what the original's type says, and of what it does not.
  @Test(arguments: [
    ("<<\"pump\">>", "pump"), ("nil", nil), ("pump_house", "pump_house"), ("'Elixir.Pump'", "Elixir.Pump"),
    ("true", "true"), ("\"pump\"", "pump"), ("[66,248,98]", "Bøb"), ("[66,8364]", "B€"), ("7", "7"), ("-7", "-7"),
    ("[]", nil), ("[-1]", nil), ("[55296]", nil), ("[66,a]", nil), ("1.5", nil), ("{a,b}", nil),
    ("99999999999999999999", nil), ("#{a => 1}", nil),
  ]) func textIsMadeOfALabel(label: String, text: String?) throws {
    let list = try list([peer(key, try Term(text: label))])
    #expect(list.leftOut.isEmpty && list.peers.map(\.label) == [text.map { utf8($0) }])
  }

  @Test func oneEntryThatNamesNobodyLeavesTheOthers() throws {
    let other = [UInt8](repeating: 8, count: 32)
    let list = try list([
      peer(key, .binary(utf8: "late")), .map([MapPair(.atom("pubkey"), .binary(other))]), .atom("nil"),
      peer(key.dropLast(), .atom("short")), .map([MapPair(.atom("label"), .atom("x"))]),
      peer(key, .binary(utf8: "early")),
    ])
    #expect(list.peers.map(\.label) == [utf8("early"), nil] && list.peers.map(\.key.bytes) == [key, other])
    #expect(
      list.leftOut == [
        .init(number: 5, label: utf8("x"), reason: .noKey), .init(number: 4, label: utf8("short"), reason: .noKey),
        .init(number: 3, label: nil, reason: .noKey), .init(number: 1, label: utf8("late"), reason: .sameKey),
      ])
  }

  /// As many as a file of the largest size can name, in a moment.
  @Test func tenThousandPeersAreRead() throws {
    let entries = (0..<10_000).map { number in
      peer(PublicKey(1, 2, 3, UInt64(number)).bytes, .integer(Int64(number)))
    }
    #expect(try list(entries).peers.count == 10_000)
  }

  @Test func mutationsNeverTrap() {
    var random = SeededGenerator(seed: 7)
    let good = files.list("steps")[2].bytes("trust_bin")
    var read = 0
    for _ in 0..<3_000 {
      if let peers = try? BeamTrustFile(random.mutate(good)).peers {
        read += 1
        #expect(Set(peers.map(\.key)).count == peers.count)
      }
    }
    #expect(read > 50)
  }
}
