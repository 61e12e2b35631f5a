/// Columns aligned with blanks, the last one ragged.
struct Table {
  let header: [String]
  var rows: [[String]] = []

  init(_ header: [String]) { self.header = header }

  /// The lines, headed only if there is a row.
  var lines: [String] {
    guard !rows.isEmpty else { return [] }
    let widths = widths
    return [Console.bold(Self.line(header, widths))] + rows.map { Self.line($0, widths) }
  }

  /// A row, aligned with the rows that the table has now.
  func line(_ row: [String]) -> String { Self.line(row, widths) }

  private var widths: [Int] {
    header.indices.map { column in ([header] + rows).map { Self.width($0[column]) }.max() ?? 0 }
  }

  private static func line(_ row: [String], _ widths: [Int]) -> String {
    row.enumerated().map { column, cell in
      column == row.count - 1 ? cell : cell + String(repeating: " ", count: max(widths[column] - width(cell), 0) + 2)
    }.joined()
  }

  func print() { for line in lines { Console.data(line) } }

  private static func width(_ text: String) -> Int { text.count }
}
