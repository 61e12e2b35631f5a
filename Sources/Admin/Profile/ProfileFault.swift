import Basics

/// What is wrong with a board profile, and on which line of its file.
public struct ProfileFault: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// A warning only: a later release may know the section.
    case unknownSection
    /// A warning only: a later release may know the key.
    case unknownKey
    /// A warning only: a blank and `#` in a value look like a comment, but belong to the value.
    case hashInValue
    /// The key stands twice in its section.
    case duplicateKey
    /// A label that is not 1 to 32 letters, digits, `.`, `_` or `-`.
    case badLabel
    /// A text that is not 1 to 64 bytes without control characters.
    case badText
    /// An interface that is not 1 to 15 bytes without blanks and `/`.
    case badInterface
    /// A `control` that is not a folder's absolute path of at most 90 bytes.
    case badControlPath
    /// `control` stands without `interface`.
    case controlWithoutInterface
    /// None of ``BoardProfile/Wifi/Manager``.
    case badManager
    /// Neither `yes` nor `no`.
    case badBoolean
    /// Neither `input` nor `output`.
    case badDirection
    /// None of ``LineProfile/Bias``.
    case badBias
    /// A `debounce` that is not 0 to 60,000 milliseconds.
    case badDebounce
    /// Neither `0` nor `1` nor `keep`.
    case badInitialValue
    /// An `offset` that is not 0 to 65,535.
    case badOffset
    /// A name of a line that is not 1 to 31 bytes without control characters.
    case badLineName
    /// A label of a chip that is not 1 to 31 bytes without control characters.
    case badChipLabel
    /// A chip goes by its label: its number changes between boots.
    case chipByNumber
    /// The section does not say where the line is.
    case noLine
    /// An offset counts on one chip only.
    case offsetWithoutChip
    /// Where the line is stands there twice.
    case lineAndOffset
    /// An output has nothing to debounce.
    case debounceOfOutput
    /// An input is not ours to set.
    case initialValueOfInput
    /// More than 256 lines.
    case tooManyLines
  }

  /// The first line of the file is 1.
  public let line: Int
  /// What is wrong in that line.
  public let reason: Reason
  /// The known name that is nearest to an unknown one.
  public let nearest: [UInt8]?

  /// For readers of settings beside the profile's.
  public init(line: Int, reason: Reason, nearest: [UInt8]? = nil) {
    self.line = line
    self.reason = reason
    self.nearest = nearest
  }

  /// For the operator; holds nothing of the file.
  public var text: [UInt8] {
    var text = [UInt8](reasonText)
    if let nearest {
      text += "; did you mean "
      text += nearest
      text += "?"
    }
    return text
  }

  private var reasonText: StaticString {
    switch reason {
    case .unknownSection: "unknown section, expected [board], [wifi] or [gpio LABEL]"
    case .unknownKey: "unknown key"
    case .hashInValue: "the value holds a blank and '#'; a comment behind a value begins with ';'"
    case .duplicateKey: "the key stands twice in this section"
    case .badLabel: "a label is 1 to 32 letters, digits, '.', '_' or '-'"
    case .badText: "a text is 1 to 64 bytes without control characters"
    case .badInterface: "an interface name is 1 to 15 bytes without blanks and '/'"
    case .badControlPath: "control is a folder's absolute path of at most 90 bytes"
    case .controlWithoutInterface: "control needs an interface"
    case .badManager: "expected auto, wpa_supplicant or networkmanager"
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
