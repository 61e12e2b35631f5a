/// What a board has to be reachable by for its system on trial to count as working.
public enum TrialPath: Hashable, Sendable {
  /// Whatever network there is.
  case any
  /// Any of these interfaces, by name.
  case interfaces([[UInt8]])
}

/// By which interfaces trusted peers reached a board since its confirmed system was started: the text of a file, a name a
/// line. What a system on trial must be reachable by follows from it, so that an update does not count as good over a
/// cable that is taken away with the laptop.
public struct ReachedBy: Hashable, Sendable {
  /// More are not kept.
  public static var maximum: Int { 8 }
  /// Bytes of an interface's name in Linux.
  public static var maximumNameLength: Int { 15 }

  /// In the order in which they were first used; each 1 to 15 bytes.
  public private(set) var interfaces: [[UInt8]] = []

  /// Nobody has reached it yet.
  public init() {}

  /// Nil for a text that is not a name a line, the last line's end included: nothing is made of half a file.
  public init?(_ text: [UInt8]) {
    guard text.last == UInt8(ascii: "\n") else { return nil }
    for line in text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard note([UInt8](line)) else { return nil }
    }
  }

  /// The file's text.
  public var text: [UInt8] {
    var text: [UInt8] = []
    for name in interfaces {
      text += name
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// A trusted peer was answered over this interface. False when that is nothing new, or cannot be kept.
  public mutating func note(_ name: [UInt8]) -> Bool {
    guard (1...Self.maximumNameLength).contains(name.count), name.allSatisfy({ (0x21...0x7e).contains($0) }),
      interfaces.count < Self.maximum, !interfaces.contains(name)
    else { return false }
    interfaces.append(name)
    return true
  }

  /// What the next system on trial must be reachable by. If the board was reached by `radio`, then by that: a cable is
  /// there only as long as somebody is.
  public func path(radio: [UInt8]?) -> TrialPath {
    if interfaces.isEmpty { return .any }
    if let radio, interfaces.contains(radio) { return .interfaces([radio]) }
    return .interfaces(interfaces)
  }
}
