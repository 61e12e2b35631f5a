import Seeds
import Sodium
import Testing
import Vectors

@testable import PeerNet

/// A key pair cannot be copied into an expectation; its file can.
private func reencoded(_ bytes: [UInt8]) throws(KeyFileFault) -> [UInt8] {
  KeyFile.encode(try KeyFile.decode(bytes))
}

@Suite struct KeyFileTests {
  @Test(arguments: Vectors.peerNet1.list("keyfiles").indices)
  func everyRecordedFile(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("keyfiles")[index]
    let privateKey = try #require(SecretKeyBytes(vector.bytes("private")))
    let pair = KeyPair(privateKey: privateKey.secret)
    #expect(hex(pair.publicKey.bytes) == vector.text("public"))
    #expect(hex(KeyFile.encode(pair)) == vector.text("identity_keys"))
    #expect(hex(try reencoded(vector.bytes("identity_keys"))) == vector.text("identity_keys"))
  }

  /// The recorded peer loads three files that we refuse: halves that do not match, and sizes that are not 32.
  @Test(arguments: Vectors.peerNet1.list("keyfile_decode").indices)
  func everyRecordedDecision(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("keyfile_decode")[index]
    let bytes = vector.bytes("bytes")
    let refusals: [String: KeyFileFault] = [
      "empty": .empty,
      "one byte short": .wrongSize(70),
      "one byte long": .wrongSize(72),
      "magic version 1": .signingKeys,
      "bad magic": .notAKeyFile,
      "public key not matching the private key": .mismatchedHalves,
      "31-byte public key": .wrongSize(70),
      "64-byte private key": .wrongSize(103),
    ]
    if vector.text("case") == "good" {
      #expect(try reencoded(bytes) == bytes)
    } else {
      let refusal = try #require(refusals[vector.text("case")])
      #expect(throws: refusal) { _ = try reencoded(bytes) }
    }
  }

  @Test func lengthsInsideMustBeThirtyTwo() {
    var bytes = Vectors.peerNet1.list("keyfiles")[0].bytes("identity_keys")
    bytes[5] = 31
    #expect(throws: KeyFileFault.wrongKeySize) { _ = try reencoded(bytes) }
    bytes[5] = 32
    bytes[38] = 33
    #expect(throws: KeyFileFault.wrongKeySize) { _ = try reencoded(bytes) }
    bytes[38] = 32
    bytes[4] = 3
    #expect(throws: KeyFileFault.unknownVersion(3)) { _ = try reencoded(bytes) }
  }

  /// One flipped bit anywhere is found, but for the five bits of the private key that X25519 ignores.
  @Test func everyFlippedBitIsFound() {
    let good = Vectors.peerNet1.list("keyfiles")[0].bytes("identity_keys")
    var accepted: [Int] = []
    for bit in 0..<good.count * 8 {
      var bytes = good
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      if (try? reencoded(bytes)) != nil { accepted.append(bit) }
    }
    let privateStart = 39 * 8
    #expect(accepted == [0, 1, 2, 254, 255].map { privateStart + $0 })
  }

  @Test func mutationsNeverTrap() {
    var random = SeededGenerator(seed: 2)
    let good = Vectors.peerNet1.list("keyfiles")[1].bytes("identity_keys")
    for _ in 0..<2_000 {
      let bytes = random.mutate(good)
      if let again = try? reencoded(bytes) { #expect(again == bytes) }
    }
  }
}

/// Holds the recorded private key until the test asks for it.
private struct SecretKeyBytes {
  let bytes: [UInt8]
  init?(_ bytes: [UInt8]) { if bytes.count == 32 { self.bytes = bytes } else { return nil } }
  var secret: SecretKey { SecretKey(bytes)! }
}
