/// Text that cannot move a terminal's cursor, turn its text around or hide in it.
///
/// Whatever came from a peer, a file or the network passes through here before a person sees it. Bytes that are not
/// UTF-8 become `\xNN`; control, formatting (bidi overrides and zero-width among them), private and unassigned
/// characters `\u{NNNN}`; a backslash is doubled, so that nothing can pretend to be an escape.
package enum Printable {
  /// A text, with what could deceive a reader escaped.
  package static func text(_ text: String) -> String { self.text(Array(text.utf8)) }

  /// Bytes that should be UTF-8, with what is none or could deceive a reader escaped.
  package static func text(_ bytes: [UInt8]) -> String {
    if bytes.allSatisfy({ 0x20...0x7e ~= $0 && $0 != 0x5c }) { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        offset += encoded.count
        append(Unicode.UTF8.decode(encoded), to: &text)
      case .error(let length):
        for byte in bytes[offset..<offset + length] { text += "\\x" + hexadecimal(UInt32(byte), width: 2) }
        offset += length
      case .emptyInput: return text
      }
    }
  }

  /// Whether a character is seen, and as what it is.
  package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isDefaultIgnorableCodePoint { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
    case .spaceSeparator: return scalar == " "
    default: return true
    }
  }

  /// Capital digits, filled up with zeros to at least that many.
  package static func hexadecimal(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    if scalar == "\\" {
      text += "\\\\"
    } else if isPlain(scalar) {
      text.unicodeScalars.append(scalar)
    } else {
      text += "\\u{" + hexadecimal(scalar.value, width: 4) + "}"
    }
  }
}
