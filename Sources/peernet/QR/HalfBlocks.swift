/// Draws modules two rows a line. Light is what a terminal's text is drawn in, so that the code reads the right way
/// round on the usual dark background; readers take it inverted on a light one.
enum HalfBlocks {
  private static let quietZone = 4

  static func lines(_ code: QRCode) -> [String] {
    let rows = -quietZone..<QRCode.size + quietZone
    return stride(from: rows.lowerBound, to: rows.upperBound, by: 2).map { y in
      rows.map { x in
        switch (isLight(code, x, y), isLight(code, x, y + 1)) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
      }.joined()
    }
  }

  private static func isLight(_ code: QRCode, _ x: Int, _ y: Int) -> Bool {
    guard 0..<QRCode.size ~= x, 0..<QRCode.size ~= y else { return true }
    return !code.modules[y][x]
  }
}
