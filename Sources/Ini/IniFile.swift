import CInih
import Settings

/// A configuration file in INI form, read by inih.
///
/// inih cuts long names short, takes an indented line for more of the value above it, and stops at a zero byte, all
/// without a word. So its lines come from here, and whatever it would misread is refused first.
public struct IniFile {
  /// A larger file is refused, in bytes.
  public static let maximumSize = 65_536
  /// A longer `[section]` is refused, in bytes: what inih keeps of one.
  public static let maximumSectionLength = 49

  /// In the order of the file.
  public let settings: [Setting]

  /// Reads the bytes of a whole file; the error tells the first line at fault.
  public init(_ bytes: [UInt8]) throws(IniFault) {
    guard bytes.count <= Self.maximumSize else { throw IniFault(line: 0, reason: .tooLarge) }
    let lines = IniLines(bytes)
    let firstFault = ini_parse_stream(
      { buffer, capacity, lines in
        guard let buffer, let lines else { return nil }
        let source = Unmanaged<IniLines>.fromOpaque(lines).takeUnretainedValue()
        return source.next(into: UnsafeMutableBufferPointer(start: buffer, count: Int(capacity))) ? buffer : nil
      },
      Unmanaged.passUnretained(lines).toOpaque(),
      { lines, section, key, value in
        guard let lines, let section, let key, let value else { return 0 }
        Unmanaged<IniLines>.fromOpaque(lines).takeUnretainedValue().keep(section, key, value)
        return 1
      },
      Unmanaged.passUnretained(lines).toOpaque())
    if firstFault > 0, Int(firstFault) < lines.fault?.line ?? .max {
      throw IniFault(line: Int(firstFault), reason: .notASetting)
    }
    if let fault = lines.fault { throw fault }
    settings = lines.settings
  }
}

/// Why a file is not INI.
public struct IniFault: Error, Equatable, Sendable {
  /// What is wrong with the line.
  public enum Reason: Equatable, Sendable {
    /// The file is larger than `IniFile.maximumSize`; line is 0.
    case tooLarge
    /// Longer than inih takes.
    case lineTooLong
    /// Longer than `IniFile.maximumSectionLength`.
    case sectionTooLong
    /// inih would stop there.
    case zeroByte
    /// Neither a section nor `key = value` nor a comment.
    case notASetting
    /// Nothing before the `=`.
    case emptyKey
  }

  /// The first line of a file is 1; 0 is the whole file.
  public let line: Int
  /// What is wrong there.
  public let reason: Reason

  /// The reason as a sentence for the operator.
  public var text: StaticString {
    switch reason {
    case .tooLarge: "the file is larger than 64 KiB"
    case .lineTooLong: "the line is too long"
    case .sectionTooLong: "the section's name is too long"
    case .zeroByte: "the line holds a zero byte; save the file as UTF-8"
    case .notASetting: "expected [section], key = value or a comment"
    case .emptyKey: "there is no key before the ="
    }
  }
}

/// Both ends of inih's two callbacks: the lines that it asks for and the settings that it finds.
private final class IniLines {
  private(set) var settings: [Setting] = []
  private(set) var fault: IniFault?
  private let bytes: [UInt8]
  private var position = 0
  private var line = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Writes the next line, without the blanks at its start, and a zero. False at the end and at a fault.
  func next(into buffer: UnsafeMutableBufferPointer<CChar>) -> Bool {
    guard fault == nil, position < bytes.count else { return false }
    line += 1
    var text = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
    position = text.endIndex + 1
    text = text.drop { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }
    if let reason = refusal(of: text, room: buffer.count) {
      fault = IniFault(line: line, reason: reason)
      return false
    }
    var end = 0
    for byte in text {
      buffer[end] = CChar(bitPattern: byte)
      end += 1
    }
    buffer[end] = 0
    return true
  }

  func keep(_ section: UnsafePointer<CChar>, _ key: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>) {
    let key = Self.bytes(key)
    guard !key.isEmpty else {
      if fault == nil { fault = IniFault(line: line, reason: .emptyKey) }
      return
    }
    settings.append(Setting(section: Self.bytes(section), key: key, value: Self.bytes(value), line: line))
  }

  private func refusal(of text: ArraySlice<UInt8>, room: Int) -> IniFault.Reason? {
    // A line that fills inih's buffer is taken for the start of a longer one.
    if text.count > room - 2 { return .lineTooLong }
    if text.contains(0) { return .zeroByte }
    if text.first == UInt8(ascii: "["),
      text.prefix(while: { $0 != UInt8(ascii: "]") }).count - 1 > IniFile.maximumSectionLength
    {
      return .sectionTooLong
    }
    return nil
  }

  private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = text
    while next.pointee != 0 {
      bytes.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    return bytes
  }
}
