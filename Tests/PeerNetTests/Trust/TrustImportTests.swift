import Seeds
import Sodium
import TestKit
import Testing
import Vectors

@testable import PeerNet

/// A BEAM peer's list taken over into ours.
@Suite struct TrustImportTests {
  private let own = PublicKey(9, 9, 9, 9)

  private func key(_ number: Int) -> PublicKey { PublicKey(1, 2, 3, UInt64(number)) }

  /// Peers with these labels, in the order of their pairing.
  private func peers(_ labels: [[UInt8]?]) -> [BeamTrustFile.Peer] {
    labels.enumerated().map { BeamTrustFile.Peer(key: key($0), label: $1, addedAt: nil) }
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The labels that a list then has.
  private func labels(_ labels: [UInt8]?..., into list: TrustList = TrustList()) throws -> [String] {
    var list = list
    _ = try list.add(peers(labels), allowing: .none, ownKey: nil)
    return try TrustList.parse(list.serialize()).entries.map { text($0.label) }
  }

  @Test func theRecordedList() throws {
    let file = Vectors.peerNet1.object("trust_files").list("steps")[2].bytes("trust_bin")
    var list = try TrustList.parse(utf8("peernet-trust 1\n# mine\n\(text(own.text)) alice allow=a wire=2 x=1\n"))
    let outcomes = try list.add(
      BeamTrustFile(file).peers, allowing: try #require(Grants(text: utf8("wifi.*,gpio.read"))), ownKey: nil)
    #expect(
      text(list.text) == """
        peernet-trust 1
        # mine
        \(text(own.text)) alice allow=a wire=2 x=1
        O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ 0bad2d04d7a0e431 allow=wifi.*,gpio.read \
        added=2026-05-05T12:34:56.789012Z
        54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA alice-2 allow=wifi.*,gpio.read \
        added=2026-05-06T00:00:00.000000Z
        R5AMLLNWR4SWESXFWIKOU5T2N3EU3AU5HV5V4GWRXJXT4IJYFBPQ Bøb%20🦊 allow=wifi.*,gpio.read \
        added=2026-12-31T23:59:59.999999Z

        """)
    #expect(outcomes == list.entries.dropFirst().map { .added(label: $0.label) })
    #expect(list.entries.allSatisfy { $0.wire == nil || $0.key == own })
  }

  @Test func whoIsTrustedStaysAsItIs() throws {
    let before = utf8("peernet-trust 1\r\n\(text(key(1).text))   anna  allow=gpio.read wire=1 # mine\n")
    var list = try TrustList.parse(before)
    let imported = peers([utf8("else"), utf8("other"), nil])
    let present: [TrustList.Imported] = [.present(label: utf8("else")), .present(label: utf8("anna")), .ownKey]
    let outcomes = try list.add(imported, allowing: .everything, ownKey: key(2))
    #expect(list.text.starts(with: before))
    try #require(list.entries.count == 2)
    #expect(outcomes == [.added(label: utf8("else"))] + present[1...])
    // A second time, there is nothing left to do, and not a byte changes.
    let after = list.serialize()
    let again = try list.add(imported, allowing: .none, ownKey: key(2))
    #expect(list.serialize() == after)
    #expect(again == present)
  }

  @Test func noLabelBecomesTheFingerprint() throws {
    #expect(try labels(nil, []) == [text(key(0).fingerprint), text(key(1).fingerprint)])
    // Somebody else calls himself so.
    #expect(try labels(key(1).fingerprint, nil) == [text(key(1).fingerprint), text(key(1).fingerprint) + "-2"])
  }

  @Test func repeatedLabelsAreNumberedFromTheEarliest() throws {
    let a = utf8("a")
    #expect(try labels(a, a, a) == ["a", "a-2", "a-3"])
    #expect(try labels(utf8("a-2"), a, a, a, utf8("a-2")) == ["a-2", "a", "a-3", "a-4", "a-2-2"])
    var list = TrustList()
    try list.add(TrustEntry(key: own, label: a))
    #expect(try labels(a, into: list) == ["a", "a-2"])
  }

  @Test func labelsBecomeValid() throws {
    for (label, expected) in [
      ("plain", "plain"), (" two words ", " two words "), ("a=b#%*,:", "a=b#%*,:"),
      ("a\tb\nc\u{1b}[2J\u{7f}", "a_b_c_[2J_"),
    ] { #expect(try labels(utf8(label)) == [expected]) }
    #expect(try labels([0x42, 0xf8, 0x62], [0xff], [0xc3]) == ["B_b", "_", "_-2"])
    #expect(try labels([0xed, 0xa0, 0x80, 0x00]) == ["____"], "a surrogate, and a zero")
  }

  @Test func longLabelsAreCutBetweenCharacters() throws {
    let long = String(repeating: "x", count: 62)
    #expect(try labels(utf8(long + "yz"), utf8(long + "yzyz")) == [long + "yz", long + "-2"])
    #expect(try labels(utf8(long + "øø"), utf8(long + "xøø"), utf8(long + "🦊")) == [long + "ø", long + "x", long])
    #expect(try labels([UInt8](repeating: 0x80, count: 70)) == [String(repeating: "_", count: 61)])
    #expect(try labels([UInt8](repeating: 1, count: 1 << 20)) == [String(repeating: "_", count: 64)])
  }

  @Test func aThousandOfOneLabel() throws {
    let many = (0..<TrustList.maximumPeers).map { BeamTrustFile.Peer(key: key($0), label: utf8("a"), addedAt: nil) }
    var list = TrustList()
    _ = try list.add(many, allowing: .none, ownKey: nil)
    #expect(list.entries.count == 1024 && list.entries.last?.label == utf8("a-1024"))
    #expect(list.entries.last?.key == key(1023))
  }

  @Test func allOrNothing() throws {
    var list = TrustList()
    for number in 0..<3 { try list.add(TrustEntry(key: PublicKey(7, 7, 7, UInt64(number)), label: utf8("l\(number)"))) }
    let before = list.serialize()
    func refusal(_ peers: [BeamTrustFile.Peer], _ grants: Grants = .none) -> TrustListError.Reason? {
      do throws(TrustListError) {
        _ = try list.add(peers, allowing: grants, ownKey: nil)
        return nil
      } catch { return error.reason }
    }
    #expect(refusal(peers([nil]) + peers([nil])) == .duplicateKey)
    let longGrant = (0..<64).map { "\($0)" + String(repeating: "x", count: 100) }.joined(separator: ",")
    #expect(refusal(peers([nil]), try #require(Grants(text: utf8(longGrant)))) == .lineTooLong)
    #expect(list.serialize() == before)
  }

  /// The earliest paired come first, and those for whom there is no room are named.
  @Test func whoDoesNotFitIsNamed() throws {
    var list = TrustList()
    for number in 0..<3 { try list.add(TrustEntry(key: PublicKey(7, 7, 7, UInt64(number)), label: utf8("l\(number)"))) }
    let many = (0..<1022).map { BeamTrustFile.Peer(key: key($0), label: nil, addedAt: nil) } + peers([nil])
    let outcomes = try list.add(many, allowing: .none, ownKey: nil)
    #expect(list.entries.count == TrustList.maximumPeers)
    #expect(outcomes[..<1021].allSatisfy { if case .added = $0 { true } else { false } })
    #expect(outcomes[1021] == .noRoom && outcomes.count == 1023)
    // So it is where the bytes are at an end before.
    var wide = TrustList()
    let grants = (0..<20).map { "\($0)" + String(repeating: "x", count: 100) }.joined(separator: ",")
    let taken = try wide.add(many, allowing: try #require(Grants(text: utf8(grants))), ownKey: nil)
    #expect(taken.last == .noRoom && 100..<150 ~= wide.entries.count, "\(wide.entries.count)")
    #expect(wide.serialize().count < TrustList.maximumBytes)
  }

  @Test func aMutatedListIsTakenOverOrRefused() throws {
    var random = SeededGenerator(seed: 8)
    let good = Vectors.peerNet1.object("trust_files").list("steps")[2].bytes("trust_bin")
    var taken = 0
    for _ in 0..<2_000 {
      guard let peers = try? BeamTrustFile(random.mutate(good)).peers else { continue }
      var list = TrustList()
      let outcomes = try list.add(peers, allowing: .everything, ownKey: nil)
      #expect(try TrustList.parse(list.serialize()).entries == list.entries)
      #expect(list.entries.map(\.key) == peers.map(\.key) && outcomes.count == peers.count)
      taken += peers.count
    }
    #expect(taken > 50)
  }
}
