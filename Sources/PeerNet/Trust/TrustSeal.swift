import Sodium

/// Distinguishes a whole trust list from a torn one: line 1 announces a seal, and the last line is the seal.
///
/// ```
/// peernet-trust 1 sealed
/// …
/// # seal 241 0123456789abcdef0123456789abcdef
/// ```
///
/// The number counts the bytes before the seal's line, and the digest is the first half of their SHA-256. It protects
/// against lost bytes, not against anyone who means harm. A list that was written by hand announces none; who edits a sealed
/// one deletes the word from line 1, and a seal that is then left over is a comment like any other.
enum TrustSeal {
  /// An upper bound for the bytes that a seal adds to a text.
  static var byteCount: Int { 64 }

  private static var word: StaticString { " sealed" }
  private static var mark: StaticString { "# seal " }
  private static var digestByteCount: Int { 16 }

  /// The text with a seal, in the place of any that is left over.
  static func seal(_ text: [UInt8]) -> [UInt8] {
    var sealed: [UInt8] = []
    var reader = LineReader(text)
    var start = 0
    while let line = reader.next() {
      if !isSeal(line) {
        sealed.append(contentsOf: line)
        if start == 0 { sealed += word }
        sealed.append(contentsOf: text[line.endIndex..<reader.position])
      }
      start = reader.position
    }
    return sealed + seal(of: sealed[...])
  }

  /// The text without its seal; nil when line 1 announces none.
  static func open(_ bytes: [UInt8]) throws(TrustListError) -> [UInt8]? {
    var reader = LineReader(bytes)
    guard let first = reader.next(), hasWord(first) else { return nil }
    let start = bytes.dropLast().lastIndex(of: Ascii.newline).map { $0 + 1 } ?? 0
    guard start >= reader.position, bytes[start...].elementsEqual(seal(of: bytes[..<start])) else {
      while reader.next() != nil {}
      throw TrustListError(line: reader.number, column: 0, reason: .seal)
    }
    let header = first.endIndex - word.utf8CodeUnitCount
    return Array(bytes[..<header] + bytes[first.endIndex..<start])
  }

  /// The line with its end.
  private static func seal(of text: ArraySlice<UInt8>) -> [UInt8] {
    var line: [UInt8] = []
    line += mark
    line.append(decimal: text.count)
    line.append(Ascii.space)
    for byte in SHA256.hash(Array(text)).bytes.prefix(digestByteCount) {
      line.append(hexadecimal: UInt64(byte), width: 2)
    }
    line.append(Ascii.newline)
    return line
  }

  private static func hasWord(_ line: ArraySlice<UInt8>) -> Bool {
    line.suffix(word.utf8CodeUnitCount).equals(word)
  }

  private static func isSeal(_ line: ArraySlice<UInt8>) -> Bool { line.hasPrefix(mark) }
}
