import ETF
import Testing
import Vectors

@Suite struct DecoderTests {
  private func refusal(of bytes: [UInt8], limits: DecodingLimits = .init()) -> ETFDecodingError? {
    do {
      _ = try Term.decode(bytes, limits: limits)
      return nil
    } catch { return error }
  }

  @Test func everyPrefixIsTruncatedAtItsEnd() {
    for entry in Vectors.peerNet1.list("etf") where entry.text("etf").count < 1000 {
      let bytes = entry.bytes("etf")
      for count in bytes.indices {
        #expect(refusal(of: Array(bytes[..<count])) == ETFDecodingError(kind: .truncated, offset: count))
      }
      #expect(refusal(of: bytes + [0]) == ETFDecodingError(kind: .trailingBytes, offset: bytes.count))
    }
  }

  /// No changed byte traps, and what is still taken encodes to something that decodes to the same.
  @Test func everyChangedByteIsTakenOrRefused() throws {
    for entry in Vectors.peerNet1.list("etf") where entry.text("etf").count < 200 {
      let bytes = entry.bytes("etf")
      for index in bytes.indices {
        for change: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
          var changed = bytes
          changed[index] ^= change
          guard let term = try? Term.decode(changed) else { continue }
          #expect(try Term.decode(term.encoded()) == term)
        }
      }
    }
  }

  @Test func countsAreBelievedOnlyWithTheBytesThere() {
    // 32 lists, each with a count that alone would fit what is left: together they do not.
    let rest = [UInt8](repeating: 0x6A, count: 4096)
    var bytes: [UInt8] = [131]
    for _ in 0..<32 { bytes += [108, 0, 0, 0x0F, 0] }
    #expect(refusal(of: bytes + rest) == ETFDecodingError(kind: .truncated, offset: bytes.count + rest.count))
    #expect(refusal(of: [131, 116, 0, 0, 0, 2, 97, 1, 97]) == ETFDecodingError(kind: .truncated, offset: 9))
    #expect(refusal(of: [131, 116, 0x80, 0, 0, 1, 97, 1, 97, 1]) == ETFDecodingError(kind: .truncated, offset: 10))
    #expect(refusal(of: [131, 111, 255, 255, 255, 255, 0]) == ETFDecodingError(kind: .truncated, offset: 7))
    #expect(refusal(of: [131, 77, 255, 255, 255, 255, 1, 0]) == ETFDecodingError(kind: .truncated, offset: 8))
  }

  @Test func nestingIsBounded() throws {
    func nested(_ opening: [UInt8], _ depth: Int) -> [UInt8] {
      [131] + (0..<depth).flatMap { _ in opening } + [106]
        + (opening[0] == 108 ? [UInt8](repeating: 106, count: depth) : [])
    }
    for opening: [UInt8] in [[104, 1], [105, 0, 0, 0, 1], [108, 0, 0, 0, 1], [116, 0, 0, 0, 1, 106]] {
      _ = try Term.decode(nested(opening, 128))
      #expect(refusal(of: nested(opening, 129)) == ETFDecodingError(kind: .tooDeep, offset: 1 + 128 * opening.count))
      #expect(refusal(of: nested(opening, 3), limits: .init(depth: 2))?.kind == .tooDeep)
      #expect(refusal(of: nested(opening, 200_000), limits: .init(size: 2_000_000))?.kind == .tooDeep)
    }
  }

  @Test func listsThatContinueInTheirTailsAreOneList() throws {
    var bytes: [UInt8] = [131]
    for index in 0..<10_000 { bytes += [108, 0, 0, 0, 1, 98, 0, 0, UInt8(index >> 8), UInt8(index & 255)] }
    #expect(try Term.decode(bytes + [106]) == .list((0..<10_000).map { .integer($0) }))
    #expect(try Term.decode(bytes + [97, 7]) == .improperList((0..<10_000).map { .integer($0) }, tail: 7))
    #expect(try Term.decode([131, 108, 0, 0, 0, 1, 97, 1, 107, 0, 2, 2, 3]) == .string([1, 2, 3]))
    #expect(try Term.decode([131, 108, 0, 0, 0, 0, 108, 0, 0, 0, 0, 97, 9]) == 9)
  }

  @Test func sizesAreBounded() throws {
    #expect(refusal(of: [131, 106], limits: .init(size: 1)) == ETFDecodingError(kind: .tooLarge, offset: 1))
    let big: [UInt8] = [131, 111, 0, 0, 0, 9, 0] + [UInt8](repeating: 1, count: 9)
    #expect(refusal(of: big, limits: .init(integerSize: 8)) == ETFDecodingError(kind: .integerTooLarge, offset: 1))
    _ = try Term.decode(big, limits: .init(integerSize: 9))
  }

  @Test func duplicateKeysAreRefusedInMapsOfAnySize() throws {
    for count in [2, 8, 9, 500] {
      var pairs = (0..<count).map { MapPair(.integer(Int64($0 * 7 % count)), 0) }
      _ = try Term.decode(Term.map(pairs).encoded())
      pairs[count - 1] = MapPair(pairs[0].key, 1)
      #expect(refusal(of: Term.map(pairs).encoded()) == ETFDecodingError(kind: .duplicateKey, offset: 1))
    }
    // Keys that differ only in kind are different, keys that differ only in their encoding are not.
    let kinds: [Term] = [
      1, .float(1), .unsigned(.max), atom("1"), .binary([49]), .string([49]), .list([]), .tuple([]), .tuple([1]),
      bits([128], 1), bits([128], 2), .improperList([1], tail: 1), .map([]), .map([MapPair(1, 1)]), .binary([]), -1,
    ]
    for count in [8, kinds.count] {
      _ = try Term.decode(Term.map(kinds.prefix(count).map { MapPair($0, 0) }).encoded())
    }
    for (kind, other) in zip(kinds, kinds) {
      #expect(refusal(of: Term.map([MapPair(kind, 0), MapPair(other, 0)]).encoded())?.kind == .duplicateKey)
    }
    #expect(refusal(of: [131, 116, 0, 0, 0, 2, 97, 5, 106, 98, 0, 0, 0, 5, 106])?.kind == .duplicateKey)
  }

  @Test func manyKeysThatAgreeInAllButTheEndCostLittle() throws {
    let pairs = (0..<20_000).map { index in
      MapPair(.binary([UInt8](repeating: 0, count: 24) + [UInt8(index >> 8), UInt8(index & 255)]), 0)
    }
    let start = ContinuousClock.now
    _ = try Term.decode(Term.map(pairs).encoded())
    #expect(ContinuousClock.now - start < .seconds(10), "20,000 keys squared would be minutes")
  }

  @Test func atomsAreBoundedUTF8() throws {
    func small(_ name: [UInt8]) -> [UInt8] { [131, 119, UInt8(name.count)] + name }
    let malformed: [[UInt8]] = [
      [0x80], [0xC1, 0x81], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x61, 0xFF],
    ]
    for name in malformed {
      #expect(refusal(of: small(name)) == ETFDecodingError(kind: .atom, offset: 1))
      #expect(Atom(validating: name) == nil)
    }
    for name in ["", "é", "\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\u{D7FF}\u{E000}"] {
      #expect(try Term.decode(small(Array(name.utf8))) == atom(name))
    }
    #expect(try Term.decode([131, 115, 2, 0xE9, 0xFF]) == atom("éÿ"))
    #expect(try Term.decode([131, 100, 0, 2, 0xE9, 0xFF]) == atom("éÿ"))
    #expect(refusal(of: [131, 100, 1, 0] + [UInt8](repeating: 97, count: 256))?.kind == .atom)
    let widest = [UInt8]((0..<255).flatMap { _ in "🦊".utf8 })
    #expect(try Term.decode([131, 118, 3, 252] + widest) == .atom(Atom(widest)))
  }

  @Test func everyForeignTagIsNamed() {
    for tag: UInt8 in [88, 89, 90, 101, 102, 103, 112, 113, 114, 117, 120] {
      #expect(refusal(of: [131, 104, 1, tag, 0, 0]) == ETFDecodingError(kind: .foreignTag, offset: 3))
    }
    #expect(refusal(of: [131, 104, 1, 80, 0, 0]) == ETFDecodingError(kind: .compressed, offset: 3))
    #expect(refusal(of: [131, 104, 1, 131, 106]) == ETFDecodingError(kind: .unknownTag, offset: 3))
  }
}
