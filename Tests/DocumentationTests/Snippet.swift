/// What the documentation may quote of a file in `Snippets`: each declaration at the left margin that is not private.
/// Of a function that is its body, down to a line `// not shown` if there is one; of anything else the whole.
struct Snippet {
  let path: String
  let name: String
  let isFunction: Bool
  let text: String
  /// The file's imports, which a block may begin with.
  let imports: Set<Substring>

  private static let keywords: Set<Substring> = ["func", "struct", "enum", "class", "actor", "extension", "protocol"]

  static func all(in text: String, of path: String) -> [Snippet] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let imports = Set(lines.filter { $0.hasPrefix("import ") })
    var snippets: [Snippet] = []
    var start: Int?
    for (number, line) in lines.enumerated() {
      let words = line.split { $0 == " " || $0 == "(" || $0 == ":" || $0 == "<" }
      if start == nil, line.first?.isLetter == true, let keyword = words.firstIndex(where: keywords.contains) {
        if !words[..<keyword].contains("private") { start = number }
      }
      // A declaration on one line ends where it begins.
      guard let first = start, line == "}" || (number == first && line.last == "}") else { continue }
      start = nil
      let head = lines[first].split { $0 == " " || $0 == "(" || $0 == ":" || $0 == "<" }
      guard let keyword = head.firstIndex(where: keywords.contains), keyword + 1 < head.count else { continue }
      var quoted = Array(lines[first...number])
      if head[keyword] == "func" {
        let opening = quoted.firstIndex { $0.last == "{" } ?? 0
        quoted = Array(quoted[(opening + 1)...].dropLast().prefix { $0.drop { $0 == " " } != "// not shown" })
      }
      snippets.append(
        Snippet(
          path: path, name: String(head[keyword + 1]), isFunction: head[keyword] == "func", text: outdented(quoted),
          imports: imports))
    }
    return snippets
  }

  /// Whether a block is this snippet, with or without some of the imports that it needs.
  func isQuoted(by block: String) -> Bool {
    var lines = block.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.first, line.isEmpty || imports.contains(line) { lines.removeFirst() }
    return outdented(Array(lines)) == text
  }
}
