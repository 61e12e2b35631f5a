/// One `key = value` of a configuration file and where it stands.
public struct Setting: Equatable, Sendable {
  /// What stood between the brackets above it; empty before the first section.
  public let section: [UInt8]
  /// What stood before the `=`, without the blanks around it.
  public let key: [UInt8]
  /// Without the blanks around it and without a trailing comment; may be empty.
  public let value: [UInt8]
  /// The first line of a file is 1.
  public let line: Int

  /// The parts of one `key = value`, from whatever reads the file.
  public init(section: [UInt8], key: [UInt8], value: [UInt8], line: Int) {
    self.section = section
    self.key = key
    self.value = value
    self.line = line
  }

  /// Whether the value holds a blank and `#`, which look like the beginning of a comment and are part of the value:
  /// behind a value only `;` begins a comment. A number, as in `Pump #2`, does not count.
  public var holdsHash: Bool {
    value.indices.dropFirst().contains { index in
      value[index] == UInt8(ascii: "#") && (value[index - 1] == UInt8(ascii: " ") || value[index - 1] == 0x09)
        && !(index + 1 < value.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(value[index + 1]))
    }
  }
}
