// Text is bytes on the board: `String` would bring the Unicode tables into its binaries. Literals are `StaticString`.

extension [UInt8] {
  /// A literal's UTF-8.
  package init(_ literal: StaticString) { self = literal.withUTF8Buffer { Array($0) } }

  /// Appends a literal's UTF-8.
  package static func += (text: inout [UInt8], literal: StaticString) {
    literal.withUTF8Buffer { text.append(contentsOf: $0) }
  }
}

extension Collection where Element == UInt8 {
  /// Whether the bytes are exactly this literal.
  package func equals(_ literal: StaticString) -> Bool {
    literal.withUTF8Buffer { $0.count == count && $0.elementsEqual(self) }
  }

  /// Whether the bytes begin with this literal.
  package func hasPrefix(_ literal: StaticString) -> Bool {
    literal.withUTF8Buffer { $0.count <= count && $0.elementsEqual(prefix($0.count)) }
  }
}

extension StaticString {
  /// The literal's UTF-8.
  package var bytes: [UInt8] { [UInt8](self) }

  /// Lets a `switch` over bytes have literal cases.
  package static func ~= (literal: StaticString, bytes: [UInt8]) -> Bool { bytes.equals(literal) }
}
