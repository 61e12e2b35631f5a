import Glibc
import PeerNetClient

/// Commands that a message tells the reader to type. They work when they are pasted into the shell that ran the present
/// command.
enum Hint {
  /// `peernet WORDS`, with the `--home` that the present command was given.
  static func command(_ words: String..., arguments: [String] = CommandLine.arguments) -> String {
    (["peernet"] + words + home(arguments)).joined(separator: " ")
  }

  /// A text, quoted so that a shell takes it as one word.
  static func word(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "@"),
        UInt8(ascii: "%"):
        true
      default: false
      }
    }
    if isPlain && !text.isEmpty && !text.hasPrefix("-") { return text }
    // Between single quotes only a single quote has a meaning to a shell.
    return "'" + Printable.text(text).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  private static func home(_ arguments: [String]) -> [String] {
    let words = Array(arguments.prefix { $0 != "--" })
    guard let index = words.lastIndex(where: { $0 == "--home" || $0.hasPrefix("--home=") }) else { return [] }
    if words[index] != "--home" { return ["--home", word(String(words[index].dropFirst("--home=".count)))] }
    return index + 1 < words.count ? ["--home", word(words[index + 1])] : []
  }
}
