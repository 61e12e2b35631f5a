import Testing
import Vectors

@testable import Sodium

/// Expected values are from Python's `hashlib`, `hmac` and `cryptography`.
@Suite struct PrimitiveTests {
  private func key() -> SecretKey { SecretKey([UInt8](0..<32))! }

  @Test func sha256() {
    let abc = SHA256.hash([UInt8]("abc".utf8))
    #expect(hex(abc.bytes) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let more = [UInt8]("abc".utf8).withUnsafeBytes { SHA256.hash(abc, then: $0) }
    #expect(hex(more.bytes) == "3043d048d0d28ecf94e6eb021f76e69b76a1ead7d7a0d1392696bb2c09c261f1")
    #expect(
      SHA256.hash(abc, then: UnsafeRawBufferPointer(start: nil, count: 0)) == SHA256.hash(abc.bytes))
  }

  @Test func hmac() {
    #expect(
      hex(HMACSHA256.tag([UInt8]("hello".utf8), key: key()).bytes)
        == "53c40272a70c15ca4ee0af4df1f155fd6c41e00ce2307d8987ecd4bb36a7e990")
  }

  @Test func hkdf() {
    var chainingKey = key()
    let second = HKDF.ratchet(&chainingKey, input: SecretKey([UInt8](32..<64))!)
    #expect(
      hex(chainingKey.withUnsafeBytes { [UInt8]($0) })
        == "2607f5d05b268e0057684567787ed2f250fdb6e5b0572df9ef57a29539e5b5f8")
    #expect(
      hex(second.withUnsafeBytes { [UInt8]($0) })
        == "ccc538566c93ab32f7106fbee1e0e9fa5501f6363b63ce894b3a27385f13c86c")

    var emptyInput = key()
    let last = HKDF.ratchet(&emptyInput)
    #expect(
      hex(emptyInput.withUnsafeBytes { [UInt8]($0) })
        == "1d7e0d6f1d9da2d68dabed53b5f88345f3fd01cb75411fbe5aa4293bd8f430d6")
    #expect(
      hex(last.withUnsafeBytes { [UInt8]($0) })
        == "3ed9b8035bbf370b8cfef7ff15007de45488e18660c84e3d996e8e6c658fa7f8")
  }

  @Test func chaCha20Poly1305() throws {
    var message = [UInt8]("message".utf8)
    let associated = [UInt8]("associated".utf8)
    let counter: UInt64 = 0x0102_0304_0506_0708
    let key = key()
    let tag = message.withUnsafeMutableBytes { message in
      associated.withUnsafeBytes {
        ChaCha20Poly1305.seal(message, authenticating: $0, key: key, counter: counter)
      }
    }
    message += withUnsafeBytes(of: tag) { [UInt8]($0) }
    #expect(hex(message) == "9d2cde97ca5e8f48c33b8c8ce17ef5a4d4a9336035a626")

    #expect(throws: SodiumError.authenticationFailed) {
      var other = message
      try open(&other, associated: [], key: key, counter: counter)
    }
    #expect(throws: SodiumError.authenticationFailed) {
      var other = message
      try open(&other, associated: associated, key: key, counter: counter + 1)
    }
    for count in 0..<16 {
      #expect(throws: SodiumError.authenticationFailed) {
        var short = [UInt8](repeating: 0, count: count)
        try open(&short, associated: [], key: key, counter: 0)
      }
    }
    try open(&message, associated: associated, key: key, counter: counter)
    #expect(message[..<7] == [UInt8]("message".utf8)[...])
  }

  @Test func anEmptyMessageHasATag() throws {
    let nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    let tag = ChaCha20Poly1305.seal(nothing, authenticating: UnsafeRawBufferPointer(nothing), key: key(), counter: 0)
    var sealed = withUnsafeBytes(of: tag) { [UInt8]($0) }
    #expect(hex(sealed) == "10324f800a160bd9a1794255be7ec29d")
    try open(&sealed, associated: [], key: key(), counter: 0)
  }

  @Test func constantTimeComparison() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
  }

  private func open(
    _ sealed: inout [UInt8], associated: [UInt8], key: borrowing SecretKey, counter: UInt64
  ) throws {
    try sealed.withUnsafeMutableBytes { sealed in
      try associated.withUnsafeBytes {
        try ChaCha20Poly1305.open(sealed, authenticating: $0, key: key, counter: counter)
      }
    }
  }
}
