import PeerNet
import PeerNetClient
import Sodium

/// Labels for boards on sheets of A4, 3 by 8 of 70 by 37 mm: name, fingerprint, and the key as a QR code and in letters.
package struct LabelSheet {
  /// What a label tells of a board.
  package struct Label: Sendable {
    let hostname: String
    let key: PublicKey

    /// The board of that name and that key.
    package init(hostname: String, key: PublicKey) {
      self.hostname = hostname
      self.key = key
    }
  }

  static let width = 210.0
  static let height = 297.0
  private static let columns = 3
  private static let rows = 8
  private static let labelWidth = 70.0
  private static let labelHeight = 37.0
  /// A QR code wants four modules of nothing around it.
  private static let quietZone = 4
  private static let module = 0.8

  let pages: [Drawing]

  init(_ labels: [Label]) {
    let perPage = Self.columns * Self.rows
    pages = stride(from: 0, to: labels.count, by: perPage).map { start in
      var page = Drawing()
      for (place, label) in labels[start..<min(start + perPage, labels.count)].enumerated() {
        let top = (Self.height - Double(Self.rows) * Self.labelHeight) / 2
        Self.draw(
          label,
          at: (Double(place % Self.columns) * Self.labelWidth, top + Double(place / Self.columns) * Self.labelHeight),
          on: &page)
      }
      return page
    }
  }

  private static func draw(_ label: Label, at origin: (x: Double, y: Double), on page: inout Drawing) {
    let side = Double(QRCode.size + 2 * quietZone) * module
    let code = (x: origin.x + 2, y: origin.y + (labelHeight - side) / 2)
    draw(
      QRCode(label.key.text), at: (code.x + Double(quietZone) * module, code.y + Double(quietZone) * module), on: &page)
    let left = code.x + side
    let room = origin.x + labelWidth - 3 - left
    func line(_ text: String, _ baseline: Double, _ size: Double, bold: Bool = false) {
      let fitting = min(size, room / (Double(text.count) * Drawing.characterWidth))
      page.texts.append(
        .init(x: left, baseline: origin.y + baseline, size: fitting, isBold: bold, characters: text))
    }
    let name = Array(label.hostname)
    if name.count <= 16 {
      line(label.hostname, 10, 5.5, bold: true)
    } else {
      for (row, start) in stride(from: 0, to: name.count, by: 21).enumerated() {
        line(String(name[start..<min(start + 21, name.count)]), 5.2 + 3.2 * Double(row), 3, bold: true)
      }
    }
    line(grouped(label.key.fingerprintText), 16, 3)
    let key = Array(label.key.description)
    for (row, start) in stride(from: 0, to: key.count, by: 13).enumerated() {
      line(String(key[start..<min(start + 13, key.count)]), 22 + 3.4 * Double(row), 2.8)
    }
  }

  /// A rectangle for each run of dark modules.
  private static func draw(_ code: QRCode, at origin: (x: Double, y: Double), on page: inout Drawing) {
    for (y, row) in code.modules.enumerated() {
      var x = 0
      while x < row.count {
        let run = row[x...].prefix { $0 }.count
        if run > 0 {
          page.rectangles.append(
            .init(
              x: origin.x + Double(x) * module, y: origin.y + Double(y) * module, width: Double(run) * module,
              height: module))
        }
        x += run + 1
      }
    }
  }

  /// In fours, for the eye.
  private static func grouped(_ text: String) -> String {
    let characters = Array(text)
    return stride(from: 0, to: characters.count, by: 4).map { String(characters[$0..<min($0 + 4, characters.count)]) }
      .joined(separator: " ")
  }
}
