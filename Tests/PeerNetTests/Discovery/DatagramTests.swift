import Seeds
import Sodium
import TestKit
import Testing
import Vectors

@testable import PeerNet

@Suite struct DatagramTests {
  /// The recorded peer also announces port 0, at which nobody can be reached: we neither write nor take it.
  @Test(arguments: Vectors.peerNet1.list("udp_announces").indices)
  func everyRecordedAnnounce(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("udp_announces")[index]
    let key = try #require(PublicKey(vector.bytes("pubkey")))
    let announce = Announce(key: key, port: UInt16(vector.number("port")))
    if vector.number("port") == 0 {
      #expect(announce == nil)
      #expect(throws: DatagramError.portZero) { try Datagram.decode(vector.bytes("datagram")) }
    } else {
      #expect(hex(try #require(announce).bytes) == vector.text("datagram"))
      #expect(try Datagram.decode(vector.bytes("datagram")) == .announce(try #require(announce)))
    }
  }

  @Test(arguments: Vectors.peerNet1.list("udp_decode").indices)
  func everyRecordedDecision(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("udp_decode")[index]
    let refusals: [String: DatagramError] = [
      "empty": .badMagic,
      "38 bytes": .wrongSize(38),
      "40 bytes": .wrongSize(40),
      "bad magic": .badMagic,
      "version 0": .unknownVersion(0),
      "version 2": .unknownKind(0x1b),
      "port 0": .portZero,
    ]
    if vector.text("case") == "good" {
      guard case .announce(let announce) = try Datagram.decode(vector.bytes("datagram")) else {
        Issue.record("not an announce")
        return
      }
      #expect(vector.text("result") == "ok port=\(announce.port)")
      #expect(hex(announce.bytes) == vector.text("datagram"))
    } else {
      let refusal = try #require(refusals[vector.text("case")])
      #expect(throws: refusal) { try Datagram.decode(vector.bytes("datagram")) }
    }
  }

  private let nonce = DiscoveryNonce(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff)
  private let key = PublicKey(Array(0..<32))!

  @Test func solicit() throws {
    let bytes = Solicit(nonce: nonce).bytes
    #expect(hex(bytes) == "504e45540201" + "00112233445566778899aabbccddeeff" + String(repeating: "00", count: 42))
    #expect(try Datagram.decode(bytes) == .solicit(Solicit(nonce: nonce)))
    for place in 22..<64 {
      var padded = bytes
      padded[place] = 1
      #expect(throws: DatagramError.padding) { try Datagram.decode(padded) }
    }
    for count in 6...63 {
      #expect(throws: DatagramError.wrongSize(count)) { try Datagram.decode(Array(bytes[..<count])) }
    }
    #expect(throws: DatagramError.wrongSize(65)) { try Datagram.decode(bytes + [0]) }
  }

  @Test func answer() throws {
    let answer = try #require(SolicitAnswer(nonce: nonce, key: key, port: 4_040))
    #expect(
      hex(answer.bytes) == "504e45540202" + "00112233445566778899aabbccddeeff" + "0fc8"
        + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    #expect(try Datagram.decode(answer.bytes) == .answer(answer))
    #expect(answer.bytes.count < Solicit(nonce: nonce).bytes.count, "no amplification")
    #expect(SolicitAnswer(nonce: nonce, key: key, port: 0) == nil)
    var zero = answer.bytes
    (zero[22], zero[23]) = (0, 0)
    #expect(throws: DatagramError.portZero) { try Datagram.decode(zero) }
    for count in 6...55 {
      #expect(throws: DatagramError.wrongSize(count)) { try Datagram.decode(Array(answer.bytes[..<count])) }
    }
    #expect(throws: DatagramError.unknownKind(3)) { try Datagram.decode(utf8("PNET") + [2, 3]) }
    #expect(throws: DatagramError.wrongSize(5)) { try Datagram.decode(utf8("PNET") + [2]) }
    #expect(throws: DatagramError.wrongSize(4)) { try Datagram.decode(utf8("PNET")) }
  }

  /// What is taken has one spelling: it is written again byte for byte.
  @Test func mutationsNeverTrap() throws {
    var random = SeededGenerator(seed: 4)
    let good = [
      Announce(key: key, port: 7_100)!.bytes, Solicit(nonce: nonce).bytes,
      SolicitAnswer(nonce: nonce, key: key, port: 1)!.bytes,
    ]
    var taken = 0
    for _ in 0..<20_000 {
      let bytes = random.mutate(good.randomElement(using: &random)!, favouring: [0, 1, 2])
      guard let datagram = try? Datagram.decode(bytes) else { continue }
      taken += 1
      switch datagram {
      case .announce(let announce): #expect(announce.bytes == bytes)
      case .solicit(let solicit): #expect(solicit.bytes == bytes)
      case .answer(let answer): #expect(answer.bytes == bytes)
      }
    }
    #expect(taken > 500)
  }
}
