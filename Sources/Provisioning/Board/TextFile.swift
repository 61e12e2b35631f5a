/// The text of a file that was saved by an editor or a spreadsheet.
package enum TextFile {
  /// The bytes behind the byte-order mark that some programs put before UTF-8. The error names the encoding of a file
  /// that is not UTF-8.
  static func utf8(_ bytes: [UInt8]) throws(InvalidSetting) -> ArraySlice<UInt8> {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return bytes[3...] }
    // UTF-16 begins with a byte-order mark, or every other byte of Latin text is zero.
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) || bytes.prefix(64).contains(0) {
      throw InvalidSetting("it is saved as UTF-16; save it as UTF-8")
    }
    return bytes[...]
  }

  /// What is wrong at the ends of the text, for a sentence; nil when nothing is. Nobody sees a blank there.
  package static func blank(atAnEndOf text: [UInt8]) -> String? {
    let text = String(decoding: text, as: UTF8.self).unicodeScalars
    switch (text.first?.properties.isWhitespace ?? false, text.last?.properties.isWhitespace ?? false) {
    case (true, true): return "begins and ends with a blank"
    case (true, false): return "begins with a blank"
    case (false, true): return "ends with a blank"
    case (false, false): return nil
    }
  }
}
