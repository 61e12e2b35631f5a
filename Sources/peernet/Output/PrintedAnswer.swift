import ETF

/// A procedure's answer, as JSON or line by line.
struct PrintedAnswer {
  let term: Term
  let json: Bool

  init(_ term: Term, _ home: HomeOptions) {
    self.term = term
    json = home.json
  }

  func print() { if json { Console.data(JSON(term)) } else { Report(term).print() } }

  /// The list under `key` as a table of the named columns, where every element is a map.
  func printTable(of key: String, columns: [String]) {
    guard !json, let elements = term[binaryKey: key]?.listElements, elements.allSatisfy({ $0.pairs != nil }) else {
      return print()
    }
    var table = Table(columns)
    for element in elements.prefix(Report.maximumRows) {
      table.rows.append(
        columns.map { column in element[binaryKey: column].map { Report.cut(Report.text($0, column)) } ?? "-" })
    }
    table.print()
    Report.tell(left: elements.count - table.rows.count)
  }
}
