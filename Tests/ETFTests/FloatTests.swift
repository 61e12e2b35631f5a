import ETF
import Testing

@Suite struct FloatTests {
  private func decoded(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    return try? Term.decode([131, 99] + bytes + [UInt8](repeating: 0, count: 31 - bytes.count)).double
  }

  /// FLOAT_EXT carries 21 digits: every double survives it, and each is the nearest one, as the C library finds it.
  @Test func decimalTextGivesTheNearestDouble() {
    var texts = [
      "0", "-0.0", "1.5", "9007199254740993.0", "9007199254740992.5", "9007199254740991.5", "1e23", "8.5e22", "1e-323",
      "2.4703282292062327e-324", "2.4703282292062328e-324", "4.9406564584124654e-324", "2.2250738585072011e-308",
      "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308", "1e-400", "-1e-99999999999",
      "0.000000000000000000000000001", "123456789012345678901234567.0", "+7.0", " 1.0", "1E5", "5e-1", "1e0",
    ]
    var state: UInt64 = 1
    for _ in 0..<3_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bits = state ^ state >> 29
      let value = Double(bitPattern: bits)
      if value.isFinite { texts.append("\(value)") }
      texts.append("\(bits >> 13).\(bits & 0xFFFF)e\(Int(bits % 600) - 320)")
    }
    for text in texts where text.utf8.count <= 31 {
      let expected = Double(text.drop { $0 == " " || $0 == "+" })
      if let expected, expected.isFinite {
        #expect(decoded(text)?.bitPattern == expected.bitPattern, "\(text)")
      } else {
        #expect(decoded(text) == nil, "\(text)")
      }
    }
    #expect(texts.count > 5_000)
  }

  @Test func otherTextIsRefused() {
    for text in [
      "", "nan", "inf", "-inf", "1e309", "1.8e308", "1e99999999999999999999", ".5", "1.", "1.e5", "1e", "1e+", "--1",
      "1 ", "0x1p3", "1.0.0", "1,5", "e5", "-",
    ] {
      #expect(decoded(text) == nil, "\(text)")
    }
    #expect((try? Term.decode([131, 99] + Array("1.5".utf8))) == nil)
  }

  /// They cost a hundred times as much to read as other bytes: a peer gets no more out of them than a few.
  @Test func fewFloatsInTextAreRead() throws {
    func list(_ count: Int) -> [UInt8] {
      let float = [99] + Array("1.23456789012345678901e+00".utf8) + [UInt8](repeating: 0, count: 5)
      return [131, 108, 0, 0, UInt8(count >> 8), UInt8(count & 255)] + Array(repeating: float, count: count).joined()
        + [106]
    }
    #expect(try Term.decode(list(64)).listElements?.count == 64)
    let beyond = ETFDecodingError(kind: .tooManyTextFloats, offset: 6 + 64 * 32)
    #expect(throws: beyond) { try Term.decode(list(65)) }
    #expect(throws: beyond) { try Term.decode(list(32_000)) }
    #expect(try Term.decode(list(65), limits: DecodingLimits(textFloats: 65)).listElements?.count == 65)
  }
}
