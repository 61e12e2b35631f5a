/// Black rectangles and lines of text on a page, in millimetres from its upper left corner.
struct Drawing {
  struct Rectangle: Equatable {
    let x: Double
    let y: Double
    let width: Double
    let height: Double
  }

  /// Text in a fixed width: each character takes six tenths of the size.
  struct Text: Equatable {
    let x: Double
    /// Of the line that the letters stand on.
    let baseline: Double
    let size: Double
    let isBold: Bool
    let characters: String
  }

  static let characterWidth = 0.6

  var rectangles: [Rectangle] = []
  var texts: [Text] = []

  /// With three decimals at most, as SVG and PDF take it.
  static func number(_ value: Double) -> String {
    let thousandths = Int((value * 1_000).rounded())
    var digits = "\(thousandths.magnitude % 1_000)"
    digits = String(repeating: "0", count: 3 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    let whole = (thousandths < 0 ? "-" : "") + "\(thousandths.magnitude / 1_000)"
    return digits.isEmpty ? whole : "\(whole).\(digits)"
  }
}
