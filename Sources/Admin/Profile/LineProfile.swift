import Basics
import Settings

/// One GPIO line that the board offers to its peers.
public struct LineProfile: Equatable, Sendable {
  /// Which way the line goes; fixed by the profile.
  public enum Direction: Equatable, Sendable, CaseIterable {
    /// Peers may read it.
    case input
    /// Peers may read and write it.
    case output

    /// Its name in the profile and in answers.
    public var name: StaticString {
      switch self {
      case .input: "input"
      case .output: "output"
      }
    }
  }

  /// What holds an input while nothing drives it.
  public enum Bias: Equatable, Sendable, CaseIterable {
    /// Whatever the device tree or the boot loader set.
    case asIs
    /// Nothing: the line floats.
    case disable
    /// A resistor to the supply.
    case pullUp
    /// A resistor to ground.
    case pullDown

    /// Its name in the profile and in answers.
    public var name: StaticString {
      switch self {
      case .asIs: "as-is"
      case .disable: "disable"
      case .pullUp: "pull-up"
      case .pullDown: "pull-down"
      }
    }
  }

  /// What an output is driven to when the daemon takes hold of it.
  public enum InitialValue: Equatable, Sendable {
    /// The level that it has.
    case keep
    /// A logical value: true is active.
    case value(Bool)
  }

  /// Where the line is. Chip numbers change between boots, so a chip goes by its label.
  public enum Location: Equatable, Sendable {
    /// By the name that the device tree gave it; on one chip, or wherever it is unique.
    case name([UInt8], chip: [UInt8]?)
    /// By its number on the chip.
    case offset(UInt32, chip: [UInt8])
  }

  /// What peers call it; unique in a profile.
  public let label: [UInt8]
  /// Where the line is.
  public let location: Location
  /// Read, or also written.
  public let direction: Direction
  /// Active is the low voltage.
  public let activeLow: Bool
  /// What holds it while nothing drives it.
  public let bias: Bias
  /// Milliseconds for which an input must be stable before its level counts; 0 for none.
  public let debounce: UInt32
  /// What an output is set to when the agent takes it.
  public let initialValue: InitialValue
  /// Empty when there is none.
  public let description: [UInt8]

  /// Takes the values as they are; what a file says is checked by ``BoardProfile/init(_:)``.
  public init(
    label: [UInt8], location: Location, direction: Direction = .input, activeLow: Bool = false, bias: Bias = .asIs,
    debounce: UInt32 = 0, initialValue: InitialValue = .keep, description: [UInt8] = []
  ) {
    self.label = label
    self.location = location
    self.direction = direction
    self.activeLow = activeLow
    self.bias = bias
    self.debounce = debounce
    self.initialValue = initialValue
    self.description = description
  }
}

extension LineProfile {
  static let maximumLabelLength = 32
  static let maximumDebounce: UInt32 = 60_000
  static let maximumOffset: UInt32 = 65_535
  /// Of chip labels and line names, in bytes: what the kernel's interface holds of them.
  static let maximumNameLength = 31

  static func isLabel(_ bytes: [UInt8]) -> Bool {
    (1...maximumLabelLength).contains(bytes.count)
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  init(label: [UInt8], _ section: inout ProfileSection) throws(ProfileFault) {
    let line = section.line
    let direction = try section.direction() ?? .input
    let debounce = try section.debounce(direction)
    let initialValue = try section.initialValue(direction)
    self.init(
      label: label, location: try section.location(orAt: line), direction: direction,
      activeLow: try section.boolean("active_low") ?? false, bias: try section.bias() ?? .asIs,
      debounce: debounce, initialValue: initialValue, description: try section.text("description") ?? [])
  }
}

extension ProfileSection {
  fileprivate mutating func direction() throws(ProfileFault) -> LineProfile.Direction? {
    guard let setting = try take("direction") else { return nil }
    for direction in LineProfile.Direction.allCases where setting.value.equals(direction.name) { return direction }
    throw setting.fault(.badDirection)
  }

  fileprivate mutating func bias() throws(ProfileFault) -> LineProfile.Bias? {
    guard let setting = try take("bias") else { return nil }
    for bias in LineProfile.Bias.allCases where setting.value.equals(bias.name) { return bias }
    throw setting.fault(.badBias)
  }

  fileprivate mutating func debounce(_ direction: LineProfile.Direction) throws(ProfileFault) -> UInt32 {
    guard let setting = try take("debounce") else { return 0 }
    guard direction == .input else { throw setting.fault(.debounceOfOutput) }
    guard let milliseconds = setting.number(upTo: LineProfile.maximumDebounce) else {
      throw setting.fault(.badDebounce)
    }
    return milliseconds
  }

  fileprivate mutating func initialValue(
    _ direction: LineProfile.Direction
  ) throws(ProfileFault) -> LineProfile.InitialValue {
    guard let setting = try take("initial") else { return .keep }
    guard direction == .output else { throw setting.fault(.initialValueOfInput) }
    if setting.value.equals("keep") { return .keep }
    guard let value = setting.number(upTo: 1) else { throw setting.fault(.badInitialValue) }
    return .value(value == 1)
  }

  fileprivate mutating func location(orAt line: Int) throws(ProfileFault) -> LineProfile.Location {
    let chip = try name("chip", else: .badChipLabel)
    if let chip, chip.value.isChipNumber { throw chip.fault(.chipByNumber) }
    let name = try name("line", else: .badLineName)
    let offset = try take("offset")
    switch (name, offset) {
    case (nil, nil):
      throw ProfileFault(line: line, reason: .noLine)
    case (let name?, nil):
      return .name(name.value, chip: chip?.value)
    case (nil, let offset?):
      guard let number = offset.number(upTo: LineProfile.maximumOffset) else { throw offset.fault(.badOffset) }
      guard let chip else { throw offset.fault(.offsetWithoutChip) }
      return .offset(number, chip: chip.value)
    case (_?, let offset?):
      throw offset.fault(.lineAndOffset)
    }
  }

  private mutating func name(
    _ key: StaticString, else reason: ProfileFault.Reason
  ) throws(ProfileFault) -> Setting? {
    guard let setting = try take(key) else { return nil }
    guard setting.value.isText(upTo: LineProfile.maximumNameLength) else { throw setting.fault(reason) }
    return setting
  }
}

extension [UInt8] {
  /// `3`, `gpiochip3` or a path.
  fileprivate var isChipNumber: Bool {
    guard first != UInt8(ascii: "/") else { return true }
    let number = starts(with: "gpiochip".utf8) ? self[8...] : self[...]
    return number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
