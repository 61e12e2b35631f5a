/// The text of a file that an editor or a spreadsheet saved.
enum TextFile {
  /// The bytes behind the byte-order mark that some programs put before UTF-8; what is saved in another encoding is named.
  static func utf8(_ bytes: [UInt8]) throws(InvalidSetting) -> ArraySlice<UInt8> {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return bytes[3...] }
    // With a mark, or with the zeros that every other byte of Latin text is.
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) || bytes.prefix(64).contains(0) {
      throw InvalidSetting("it is saved as UTF-16; save it as UTF-8")
    }
    return bytes[...]
  }

  /// What is wrong at its ends, for a sentence; nil when nothing is. A blank there is seen by nobody.
  static func blank(atAnEndOf text: [UInt8]) -> String? {
    let text = String(decoding: text, as: UTF8.self).unicodeScalars
    switch (text.first?.properties.isWhitespace ?? false, text.last?.properties.isWhitespace ?? false) {
    case (true, true): return "begins and ends with a blank"
    case (true, false): return "begins with a blank"
    case (false, true): return "ends with a blank"
    case (false, false): return nil
    }
  }
}
