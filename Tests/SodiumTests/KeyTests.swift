import Glibc
import Testing
import Vectors

@testable import Sodium

@Suite struct KeyTests {
  /// RFC 7748, section 5.2.
  @Test func keyAgreement() throws {
    let pair = KeyPair(privateKey: key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"))
    #expect(hex(pair.publicKey.bytes) == "1c9fd88f45606d932a80c71824ae151d15d73e77de38e8e000852e614fae7019")
    let peer = try #require(
      PublicKey(unhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")))
    let secret = try pair.sharedSecret(with: peer)
    #expect(
      hex(secret.withUnsafeBytes { [UInt8]($0) })
        == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
  }

  @Test func bothSidesAgree() throws {
    var random = RandomStream(seed: [UInt8](repeating: 3, count: 32))
    for _ in 0..<20 {
      let one = KeyPair.generate(from: &random)
      let other = KeyPair.generate(from: &random)
      let shared = try one.sharedSecret(with: other.publicKey)
      #expect(shared.equals(try other.sharedSecret(with: one.publicKey)))
      #expect(!shared.equals(try one.sharedSecret(with: one.publicKey)))
    }
  }

  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ])
  func allZeroSharedSecretsAreRefused(point: String) throws {
    let pair = KeyPair(privateKey: key(String(repeating: "07", count: 32)))
    var bytes = unhex(point)
    for _ in 0..<2 {
      let peer = try #require(PublicKey(bytes))
      do throws(SodiumError) {
        _ = try pair.sharedSecret(with: peer)
        Issue.record("agreed on zeros with \(hex(bytes))")
      } catch {
        #expect(error == .lowOrderPublicKey)
      }
      bytes[31] |= 0x80
    }
  }

  @Test func onlyThirtyTwoBytesAreAKey() {
    for count in [0, 1, 31, 33, 64] {
      let bytes = [UInt8](repeating: 1, count: count)
      #expect(PublicKey(bytes) == nil)
      #expect(bytes.withUnsafeBytes { PublicKey($0) } == nil)
      #expect(Digest(bytes) == nil)
      let isSecret = SecretKey(bytes) != nil || bytes.withUnsafeBytes { SecretKey($0) != nil }
      #expect(!isSecret)
    }
  }

  @Test func publicKeysAreOrderedAsTheirBytes() throws {
    var random = RandomStream(seed: [UInt8](repeating: 4, count: 32))
    for position in 0..<32 {
      let low = random.bytes(32)
      var high = low
      high[position] = low[position] | 0x80
      var lower = low
      lower[position] &= 0x7f
      for later in low.indices where later > position { lower[later] = 0xff }
      let one = try #require(PublicKey(lower))
      let other = try #require(PublicKey(high))
      #expect(one < other)
      #expect(!(other < one))
      #expect(one != other)
      #expect(!(one < one))
      #expect(other.bytes == high)
    }
    #expect(PublicKey(0x0001_0203_0405_0607, 1, 2, 3).bytes[..<16] == [0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 1])
  }

  @Test func aSecretIsGoneFromMemoryWithItsOwner() throws {
    var random = RandomStream.system()
    let address = try abandonedSecret(random.bytes(32))
    let secret = address.secret
    let left = try memory(at: address.start, count: 32)
    for piece in stride(from: 0, to: 32, by: 8) {
      #expect(Array(left[piece..<piece + 8]) != Array(secret[piece..<piece + 8]))
    }
  }

  @Test func wipingReachesEveryByte() {
    for count in [0, 1, 71] {
      var bytes = [UInt8](repeating: 0xa5, count: count)
      wipe(&bytes)
      #expect(bytes == [UInt8](repeating: 0, count: count))
    }
  }

  /// Where a secret lay whose owner is gone.
  private func abandonedSecret(_ secret: [UInt8]) throws -> (start: UInt, secret: [UInt8]) {
    let pair = KeyPair(privateKey: SecretKey(secret)!)
    let start = pair.withPrivateKey { UInt(bitPattern: $0.baseAddress!) }
    #expect(try memory(at: start, count: 32) == secret)
    return (start, secret)
  }
}

private func key(_ digits: String) -> SecretKey { SecretKey(unhex(digits))! }

/// Bytes of this process, as a look from outside would find them, whether they are in use or not.
private func memory(at address: UInt, count: Int) throws -> [UInt8] {
  let file = open("/proc/self/mem", O_RDONLY)
  try #require(file >= 0)
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: count)
  let read = pread(file, &bytes, count, off_t(address))
  try #require(read == count)
  return bytes
}
