/// A fenced block of an article.
struct CodeBlock: CustomStringConvertible {
  let path: String
  /// Of the fence that opens it, from 1.
  let line: Int
  /// As the fence names it, in lower case.
  let language: String
  let text: String

  var description: String { "\(path):\(line)" }

  /// The blocks of one language in a text.
  static func all(_ language: String, in text: String, of path: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (fence: Substring, language: String, line: Int)?
    var content: [Substring] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let trimmed = line.drop { $0 == " " }
      let fence = trimmed.prefix { $0 == "`" }
      if let opened = open {
        if fence.count >= opened.fence.count, fence.count == trimmed.count {
          blocks.append(
            CodeBlock(path: path, line: opened.line, language: opened.language, text: outdented(content)))
          open = nil
        } else {
          content.append(line)
        }
      } else if fence.count >= 3 {
        let name = trimmed.dropFirst(fence.count).drop { $0 == " " }.prefix { $0.isLetter }
        open = (fence, name.lowercased(), number + 1)
        content = []
      }
    }
    return blocks.filter { $0.language == language }
  }
}

/// The lines without the indentation that they share and without empty ones at both ends.
func outdented(_ lines: [Substring]) -> String {
  let kept = lines.map { $0.allSatisfy { $0 == " " } ? "" : $0 }
  let indentation = kept.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
  let content = kept.map { $0.dropFirst(indentation) }.drop { $0.isEmpty }
  return content.reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n")
}
