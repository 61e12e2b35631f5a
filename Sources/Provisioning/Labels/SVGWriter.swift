/// Pages as one SVG picture, one below the other.
enum SVGWriter {
  static func write(_ pages: [Drawing], width: Double, height: Double) -> [UInt8] {
    let (w, h) = (Drawing.number(width), Drawing.number(height * Double(pages.count)))
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(w)mm\" height=\"\(h)mm\" viewBox=\"0 0 \(w) \(h)\">\n"
    text += "<rect width=\"\(w)\" height=\"\(h)\" fill=\"#fff\"/>\n"
    for (index, page) in pages.enumerated() {
      text += "<g transform=\"translate(0 \(Drawing.number(Double(index) * height)))\">\n"
      let path = page.rectangles.map { rectangle in
        "M\(Drawing.number(rectangle.x)) \(Drawing.number(rectangle.y))h\(Drawing.number(rectangle.width))"
          + "v\(Drawing.number(rectangle.height))h-\(Drawing.number(rectangle.width))z"
      }
      text += "<path shape-rendering=\"crispEdges\" d=\"\(path.joined())\"/>\n"
      for line in page.texts {
        // Whatever fixed-width font there is: the line takes the width that was reckoned with.
        let length = Double(line.characters.count) * Drawing.characterWidth * line.size
        text +=
          "<text x=\"\(Drawing.number(line.x))\" y=\"\(Drawing.number(line.baseline))\" font-family=\"monospace\""
          + (line.isBold ? " font-weight=\"bold\"" : "") + " font-size=\"\(Drawing.number(line.size))\""
          + " textLength=\"\(Drawing.number(length))\" lengthAdjust=\"spacingAndGlyphs\">\(escaped(line.characters))</text>\n"
      }
      text += "</g>\n"
    }
    return Array((text + "</svg>\n").utf8)
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      default: String(character)
      }
    }.joined()
  }
}
