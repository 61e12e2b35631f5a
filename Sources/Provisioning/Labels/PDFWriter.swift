/// Pages as a PDF 1.4 of rectangles and text in Courier, which every reader has. The same pages give the same bytes.
enum PDFWriter {
  private static let pointsPerMillimetre = 72 / 25.4

  static func write(_ pages: [Drawing], width: Double, height: Double) -> [UInt8] {
    // The catalogue, the list of pages and the two fonts come first, then each page and its contents.
    let firstPage = 5
    let kids = pages.indices.map { "\(firstPage + 2 * $0) 0 R" }.joined(separator: " ")
    var objects = [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [\(kids)] /Count \(pages.count) >>",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold >>",
    ]
    for (index, page) in pages.enumerated() {
      let contents = contents(of: page, height: height)
      objects.append(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(points(width)) \(points(height))]"
          + " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents \(firstPage + 2 * index + 1) 0 R >>")
      objects.append("<< /Length \(contents.utf8.count) >>\nstream\n\(contents)endstream")
    }
    var file = "%PDF-1.4\n"
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
      offsets.append(file.utf8.count)
      file += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let table = file.utf8.count
    file += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets {
      let digits = "\(offset)"
      file += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
    }
    file += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n"
    return Array(file.utf8)
  }

  /// PDF counts upwards, from the lower left corner.
  private static func contents(of page: Drawing, height: Double) -> String {
    var contents = ""
    for rectangle in page.rectangles {
      contents +=
        "\(points(rectangle.x)) \(points(height - rectangle.y - rectangle.height))"
        + " \(points(rectangle.width)) \(points(rectangle.height)) re\n"
    }
    // One shape, so that no seams show between the rows of a code.
    if !page.rectangles.isEmpty { contents += "f\n" }
    for line in page.texts {
      contents +=
        "BT /\(line.isBold ? "F2" : "F1") \(points(line.size)) Tf \(points(line.x)) \(points(height - line.baseline))"
        + " Td (\(escaped(line.characters))) Tj ET\n"
    }
    return contents
  }

  private static func points(_ millimetres: Double) -> String { Drawing.number(millimetres * pointsPerMillimetre) }

  /// Of ASCII, only these mean something in a string.
  private static func escaped(_ text: String) -> String {
    text.map { "\\()".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
