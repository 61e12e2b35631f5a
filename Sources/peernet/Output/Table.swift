/// Columns aligned with blanks, the last one ragged.
struct Table {
  let header: [String]
  var rows: [[String]] = []

  init(_ header: [String]) { self.header = header }

  /// The lines, headed only if there is a row.
  var lines: [String] {
    guard !rows.isEmpty else { return [] }
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
    return all.enumerated().map { index, row in
      let line = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - Self.width(cell) + 2)
      }.joined()
      return index == 0 ? Console.bold(line) : line
    }
  }

  func print() { for line in lines { Console.data(line) } }

  private static func width(_ text: String) -> Int { text.count }
}
