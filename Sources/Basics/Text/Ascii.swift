/// The bytes that our text formats are made of.
package enum Ascii {
  package static let tab: UInt8 = 0x09
  package static let newline: UInt8 = 0x0a
  package static let carriageReturn: UInt8 = 0x0d
  package static let space: UInt8 = 0x20
  package static let quote: UInt8 = 0x22
  package static let hash: UInt8 = 0x23
  package static let percent: UInt8 = 0x25
  package static let star: UInt8 = 0x2a
  package static let comma: UInt8 = 0x2c
  package static let minus: UInt8 = 0x2d
  package static let dot: UInt8 = 0x2e
  package static let zero: UInt8 = 0x30
  package static let colon: UInt8 = 0x3a
  package static let equals: UInt8 = 0x3d
  package static let openBracket: UInt8 = 0x5b
  package static let backslash: UInt8 = 0x5c
  package static let closeBracket: UInt8 = 0x5d

  /// What separates words within a line.
  package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// Space to tilde: it stays on its line and drives no terminal.
  package static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) }
}
