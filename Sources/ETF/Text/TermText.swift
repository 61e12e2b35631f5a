import Basics

/// Terms as Erlang text, for people: what `write` gives is printable ASCII whatever the term holds, and what it gives in
/// full, `parse` reads back.
public enum TermText {
  /// What is beyond a limit is written as `...`.
  public struct Limits: Sendable {
    /// Containers inside one another.
    public var depth: Int
    /// Bytes of text, which the closing brackets may exceed.
    public var length: Int

    /// The defaults suit what a person types: 128 levels, 64 KiB.
    public init(depth: Int = 128, length: Int = 65_536) {
      self.depth = depth
      self.length = length
    }
  }

  /// The term's text, ASCII, cut at the limits.
  public static func write(_ term: Term, limits: Limits = .init()) -> [UInt8] {
    var writer = TermWriter(limits: limits)
    writer.write(term, depth: 0)
    return writer.text
  }

  /// Reads one term. Beyond Erlang: raw UTF-8 in a `<<"…">>` stands for its own bytes.
  public static func parse(_ text: [UInt8]) throws(TermTextError) -> Term {
    var parser = TermParser(text)
    return try parser.parse()
  }
}

extension Term {
  /// The term as Erlang text; see ``TermText``.
  public func text(limits: TermText.Limits = .init()) -> String {
    String(decoding: TermText.write(self, limits: limits), as: UTF8.self)
  }

  /// Reads one term of Erlang text; see ``TermText``.
  public init(text: String) throws(TermTextError) { self = try TermText.parse(Array(text.utf8)) }
}

/// Why a text is no term, and where.
public struct TermTextError: Error, Hashable, Sendable {
  /// What is wrong with the text.
  public enum Kind: Hashable, Sendable {
    /// The text ends where a term, or more of one, should stand.
    case unexpectedEnd
    /// This byte cannot stand here.
    case unexpectedByte
    /// Something follows the term.
    case trailingText
    /// Nested beyond the limit.
    case tooDeep
    /// Longer than the limit.
    case tooLarge
    /// A number out of range: a byte above 255, a base beyond 2…36, a float that is not finite, too many digits.
    case number
    /// Not UTF-8, above 255 characters, or a name that Erlang reserves.
    case atom
    /// No such escape, or a character that the place cannot hold.
    case escape
    /// A map holds one key twice.
    case duplicateKey
  }

  /// What is wrong at ``offset``.
  public let kind: Kind
  /// In bytes from the start of the text.
  public let offset: Int

  /// For readers of a format that contains such text.
  public init(kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }
}

enum AtomText {
  /// Whether a name may stand without quotes.
  static func isBare(_ name: [UInt8]) -> Bool {
    guard let first = name.first, 0x61...0x7A ~= first, name.allSatisfy(isNameByte) else { return false }
    return !isReserved(name)
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x40: true
    default: false
    }
  }

  static func isReserved(_ name: [UInt8]) -> Bool {
    let words: [StaticString] = [
      "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond", "div",
      "else", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
    ]
    return words.contains { word in word.withUTF8Buffer { name.elementsEqual($0) } }
  }
}
