import Testing

@testable import Provisioning

@Suite struct QRCodeTests {
  struct Recorded: Sendable {
    let text: [UInt8]
    let mask: Int
    let rows: [String]
  }

  static let recorded: [Recorded] = {
    String(decoding: PackageResources.qr_codes_txt, as: UTF8.self).split(separator: "\n").map { line in
      let fields = line.split(separator: " ").map { String($0) }
      return Recorded(text: Array(fields[0].utf8), mask: Int(fields[1])!, rows: Array(fields[2...]))
    }
  }()

  private func rows(_ code: QRCode) -> [String] {
    code.modules.map { row in row.map { $0 ? "1" : "0" }.joined() }
  }

  @Test func matchesAnIndependentEncoderUnderEveryMask() {
    #expect(Self.recorded.count == 40)
    for code in Self.recorded {
      let isSame = rows(QRCode(code.text, mask: code.mask)) == code.rows
      #expect(isSame, "\(String(decoding: code.text, as: UTF8.self)) under mask \(code.mask)")
    }
  }

  @Test func choosesOneOfTheMasks() {
    for text in Set(Self.recorded.map(\.text)) {
      let chosen = rows(QRCode(text))
      #expect(Self.recorded.contains { $0.text == text && $0.rows == chosen })
    }
  }

  @Test func halfBlocksHoldEveryModuleAndAQuietZone() {
    let code = QRCode(Array("PEERNET".utf8))
    let lines = code.halfBlocks.map { Array($0) }
    #expect(lines.count == 19 && lines.allSatisfy { $0.count == 37 })
    for y in 0..<29 {
      for x in 0..<29 {
        let block = lines[(y + 4) / 2][x + 4]
        let isLight = y % 2 == 0 ? "█▀".contains(block) : "█▄".contains(block)
        #expect(isLight != code.modules[y][x])
      }
    }
    #expect(lines[0].allSatisfy { $0 == "█" })
  }
}
