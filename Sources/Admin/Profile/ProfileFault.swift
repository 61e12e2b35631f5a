/// What is wrong with a board profile, and on which line of its file.
public struct ProfileFault: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// A warning only: a later release may know the section.
    case unknownSection
    /// A warning only: a later release may know the key.
    case unknownKey
    case duplicateKey
    case badLabel
    case badText
    case badInterface
    case badControlPath
    case controlWithoutInterface
    case badBoolean
    case badDirection
    case badBias
    case badDebounce
    case badInitialValue
    case badOffset
    case badLineName
    case badChipLabel
    case chipByNumber
    case noLine
    case offsetWithoutChip
    case lineAndOffset
    case debounceOfOutput
    case initialValueOfInput
    case tooManyLines
  }

  /// The first line of the file is 1.
  public let line: Int
  public let reason: Reason

  public init(line: Int, reason: Reason) {
    self.line = line
    self.reason = reason
  }

  /// For the operator; holds nothing of the file.
  public var text: StaticString {
    switch reason {
    case .unknownSection: "unknown section, expected [board], [wifi] or [gpio LABEL]"
    case .unknownKey: "unknown key"
    case .duplicateKey: "the key stands twice in this section"
    case .badLabel: "a label is 1 to 32 letters, digits, '.', '_' or '-'"
    case .badText: "a text is 1 to 64 bytes without control characters"
    case .badInterface: "an interface name is 1 to 15 bytes without blanks and '/'"
    case .badControlPath: "control is a folder's absolute path of at most 90 bytes"
    case .controlWithoutInterface: "control needs an interface"
    case .badBoolean: "expected yes or no"
    case .badDirection: "expected input or output"
    case .badBias: "expected as-is, disable, pull-up or pull-down"
    case .badDebounce: "debounce is 0 to 60000 milliseconds"
    case .badInitialValue: "expected 0, 1 or keep"
    case .badOffset: "an offset is 0 to 65535"
    case .badLineName: "a line name is 1 to 31 bytes without control characters"
    case .badChipLabel: "a chip label is 1 to 31 bytes without control characters"
    case .chipByNumber: "name the chip by its label: numbers and device names change between boots"
    case .noLine: "name the line: line = NAME, or chip = LABEL and offset = N"
    case .offsetWithoutChip: "an offset needs its chip's label"
    case .lineAndOffset: "give either the line's name or its offset"
    case .debounceOfOutput: "an output has no debounce"
    case .initialValueOfInput: "an input has no initial value"
    case .tooManyLines: "a profile holds at most 256 lines"
    }
  }
}
