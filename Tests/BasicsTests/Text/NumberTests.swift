import Basics
import TestKit
import Testing

@Suite struct NumberTests {
  private func decimal(_ number: some FixedWidthInteger, width: Int = 1) -> String {
    var text: [UInt8] = []
    text.append(decimal: number, width: width)
    return string(text)
  }

  @Test func decimalIsWritten() {
    #expect(decimal(0) == "0")
    #expect(decimal(UInt64.max) == "18446744073709551615")
    #expect(decimal(Int64.min) == "-9223372036854775808")
    #expect(decimal(UInt8(7), width: 3) == "007")
    #expect(decimal(-7, width: 3) == "-007")
    #expect(decimal(0, width: 0) == "")
  }

  @Test func decimalIsRead() {
    #expect(utf8("18446744073709551615").decimal() == .max)
    #expect(utf8("18446744073709551616").decimal() == nil)
    #expect(utf8("99999999999999999999999").decimal() == nil)
    #expect(utf8("007").decimal() == 7)
    #expect(utf8("256").decimal(upTo: 255) == nil)
    for wrong in ["", "-1", "+1", " 1", "1 ", "1a", "0x1"] { #expect(utf8(wrong).decimal() == nil) }
  }

  @Test func canonicalDecimalHasOneSpelling() {
    #expect(utf8("0").canonicalDecimal(upTo: 9) == 0)
    #expect(utf8("9").canonicalDecimal(upTo: 9) == 9)
    for wrong in ["00", "01", "10", "", "-0"] { #expect(utf8(wrong).canonicalDecimal(upTo: 9) == nil) }
  }

  @Test func signedDecimalReachesBothEnds() {
    #expect(utf8("-9223372036854775808").signedDecimal == .min)
    #expect(utf8("9223372036854775807").signedDecimal == .max)
    #expect(utf8("-0").signedDecimal == 0)
    for wrong in ["-9223372036854775809", "9223372036854775808", "-", "--1", ""] {
      #expect(utf8(wrong).signedDecimal == nil)
    }
  }

  @Test func hexadecimalInAndOut() {
    var text: [UInt8] = []
    text.append(hexadecimal: 0)
    text.append(hexadecimal: 0xbeef, width: 6)
    text.append(hexadecimal: .max)
    #expect(string(text) == "000beefffffffffffffffff")
    #expect(utf8("BeEf").hexadecimal(maximumCount: 4) == 0xbeef)
    for wrong in ["", "12345", "g", "0x1"] { #expect(utf8(wrong).hexadecimal(maximumCount: 4) == nil) }
  }
}
