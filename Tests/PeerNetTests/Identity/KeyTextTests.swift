import Seeds
import Sodium
import TestKit
import Testing
import Vectors

@testable import PeerNet

@Suite struct KeyTextTests {
  @Test(arguments: Vectors.peerNet1.list("identities").indices)
  func everyRecordedIdentity(_ index: Int) throws {
    let vector = Vectors.peerNet1.list("identities")[index]
    let key = try #require(PublicKey(vector.bytes("pubkey")))
    #expect(string(key.text) == vector.text("base32"))
    #expect(string(key.fingerprint) == vector.text("fingerprint"))
    #expect(PublicKey(text: utf8(vector.text("base32"))) == key)
    #expect(PublicKey(text: utf8(vector.text("base32").lowercased())) == key)
  }

  @Test func rfc4648() {
    let pairs = [
      ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
      ("foobar", "MZXW6YTBOI"),
    ]
    for (plain, text) in pairs {
      #expect(string(Base32.encode(utf8(plain))) == text)
      #expect(Base32.decode(utf8(text)) == utf8(plain))
    }
  }

  @Test func everyValueHasOneSpelling() {
    #expect(Base32.decode(utf8("MZ")) == nil, "left-over bits are set")
    #expect(Base32.decode(utf8("M")) == nil, "no byte ends after one character")
    #expect(Base32.decode(utf8("MZX")) == nil)
    #expect(Base32.decode(utf8("MZXW6YQ=")) == nil, "padding")
    for wrong in ["MZXW0", "MZXW1", "MZXW8", "MZ W6", "MZXW-"] { #expect(Base32.decode(utf8(wrong)) == nil) }
    let text = utf8("O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ")
    #expect(PublicKey(text: text) != nil)
    #expect(PublicKey(text: text.dropLast()) == nil)
    #expect(PublicKey(text: text + [0x41]) == nil)
    // Of the 32 characters that could stand last, the two with zero left-over bits spell a key.
    let last = utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").filter { PublicKey(text: text.dropLast() + [$0]) != nil }
    #expect(last == utf8("AQ"))
  }

  @Test func textRoundTrips() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let bytes = random.bytes(Int.random(in: 0...80, using: &random))
      #expect(Base32.decode(Base32.encode(bytes)) == bytes)
      let noise = random.mutate(Base32.encode(bytes), favouring: utf8("A2=z"))
      if let decoded = Base32.decode(noise) { #expect(string(Base32.encode(decoded)) == string(noise).uppercased()) }
    }
  }
}
