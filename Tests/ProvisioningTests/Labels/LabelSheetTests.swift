import Foundation
import PeerNet
import PeerNetClient
import Sodium
import Testing

@testable import Provisioning

@Suite struct LabelSheetTests {
  private func labels(_ count: Int) -> [LabelSheet.Label] {
    (0..<count).map { .init(hostname: "board-\($0)", key: Peers.key(UInt8($0))) }
  }

  @Test func twentyFourFitAPage() {
    #expect(LabelSheet(labels(24)).pages.count == 1)
    #expect(LabelSheet(labels(25)).pages.count == 2)
    #expect(LabelSheet(labels(25)).pages[1].texts.contains { $0.characters == "board-24" })
  }

  /// The modules under the middle of each field of the code, read from the drawing itself.
  @Test func theCodeIsThatOfTheKey() throws {
    let label = labels(5)[4]
    let page = LabelSheet([label]).pages[0]
    let expected = QRCode(label.key.text).modules
    let left = try #require(page.rectangles.map(\.x).min())
    let top = try #require(page.rectangles.map(\.y).min())
    for y in 0..<QRCode.size {
      for x in 0..<QRCode.size {
        let (px, py) = (left + (Double(x) + 0.5) * 0.8, top + (Double(y) + 0.5) * 0.8)
        let isDark = page.rectangles.contains {
          $0.x <= px && px < $0.x + $0.width && $0.y <= py && py < $0.y + $0.height
        }
        #expect(isDark == expected[y][x], "\(x), \(y)")
      }
    }
    // Four modules of nothing around it.
    #expect(left >= 3.2 && page.texts.allSatisfy { $0.x >= left + Double(QRCode.size + 4) * 0.8 - 0.001 })
  }

  @Test(arguments: ["a", "greenhouse-07", String(repeating: "w", count: 17), String(repeating: "m", count: 63)])
  func everyTextStaysOnItsLabel(hostname: String) {
    let page = LabelSheet([.init(hostname: hostname, key: Peers.key(1))]).pages[0]
    for text in page.texts {
      #expect(text.x + Double(text.characters.count) * text.size * Drawing.characterWidth <= 67.001)
      #expect(text.baseline > text.size && text.baseline < 37 && text.size >= 2)
    }
    #expect(page.texts.map(\.characters).joined().hasPrefix(hostname))
    #expect(page.texts.suffix(4).map(\.characters).joined() == Peers.key(1).description)
  }

  @Test func thePDFsTableOfObjectsPointsAtThem() throws {
    let bytes = PDFWriter.write(LabelSheet(labels(30)).pages, width: 210, height: 297)
    let text = String(decoding: bytes, as: UTF8.self)
    let start = try #require(text.components(separatedBy: "startxref\n").last?.split(separator: "\n").first)
    let table = String(decoding: bytes[try #require(Int(start))...], as: UTF8.self).split(separator: "\n")
    #expect(table[0] == "xref" && table[1] == "0 9")
    for number in 1...8 {
      let offset = try #require(Int(table[2 + number].prefix(10)))
      #expect(bytes[offset...].starts(with: Array("\(number) 0 obj\n".utf8)))
    }
    // Each stream is as long as it says.
    for part in text.components(separatedBy: "/Length ").dropFirst() {
      let length = try #require(Int(part.prefix { $0.isNumber }))
      let stream = try #require(part.components(separatedBy: "stream\n").dropFirst().first)
      #expect(stream.dropLast("end".count).utf8.count == length)
    }
    #expect(PDFWriter.write(LabelSheet(labels(30)).pages, width: 210, height: 297) == bytes)
  }

  @Test func theSVGIsWellFormed() throws {
    let bytes = SVGWriter.write(LabelSheet(labels(30)).pages, width: 210, height: 297)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("viewBox=\"0 0 210 594\"") && text.contains("translate(0 297)"))
    #expect(text.components(separatedBy: "<g ").count == text.components(separatedBy: "</g>").count)
    #expect(text.components(separatedBy: "<text ").count == 30 * 6 + 1)
  }

  @Test(arguments: [(1.0, "1"), (0.25, "0.25"), (-0.5, "-0.5"), (1.0004, "1"), (33.8667, "33.867"), (0.05, "0.05")])
  func numbersHaveThreeDecimals(value: Double, text: String) { #expect(Drawing.number(value) == text) }

  @Test func onlyTheTwoFormsAreWritten() {
    #expect(throws: InvalidSetting.self) { try LabelFile("labels.png") }
    #expect(throws: Never.self) { try LabelFile("Labels.PDF") }
  }
}
