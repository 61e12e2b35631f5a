import ETF
import Testing

@Suite struct TermTests {
  @Test func integersHaveOneForm() throws {
    #expect(Term.unsigned(7) == 7)
    #expect(Term.unsigned(.max).uint64 == .max)
    #expect(Term.unsigned(.max).int64 == nil)
    #expect(Term.integer(BigInteger(isNegative: true, magnitude: [0, 0, 0, 0, 0, 0, 0, 128, 0])) == .integer(.min))
    #expect(BigInteger(isNegative: true, magnitude: [1, 0, 0, 0, 0, 0, 0, 128]).int64 == nil)
    #expect(BigInteger(isNegative: true, magnitude: [0, 0]) == BigInteger(0))
    for value in [Int64.min, .min + 1, .max, -1, 0, 1 << 31, -(1 << 31), -(1 << 31) - 1, 255, 256] {
      #expect(try Term.decode(Term.integer(value).encoded()) == .integer(value))
    }
    #expect(Term.integer(-1).uint64 == nil)
  }

  @Test func accessorsAnswerOnlyTheirShape() throws {
    let map: Term = .map([MapPair(.binary(utf8: "a"), 1), MapPair(atom("b"), 2)])
    #expect(map[binaryKey: "a"] == 1)
    #expect(map[binaryKey: "b"] == nil)
    #expect(map.pairs?.count == 2)
    #expect(atom("x").atomBytes == [0x78])
    #expect(Term.binary([1]).binaryBytes == [1])
    #expect(Term.string([1]).binaryBytes == nil)
    #expect(Term.string([1]).listElements == [1])
    #expect(Term.list([]).listElements == [])
    #expect(Term.tuple([1]).elements == [1])
    #expect(Term.tuple([1]).listElements == nil)
    #expect(Term.float(1).int64 == nil)
    #expect(([1, 2] as Term) == .string([1, 2]))
  }

  @Test func encodingAppends() {
    var output: [UInt8] = [9]
    Term.integer(1).encode(into: &output)
    #expect(output == [9, 131, 97, 1])
  }

  @Test func latin1IsOnlyForWhatItHolds() {
    #expect(atom("é€").encoded(options: .init(atoms: .latin1)) == [131, 119, 5, 0xC3, 0xA9, 0xE2, 0x82, 0xAC])
  }
}
