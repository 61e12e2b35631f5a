/// The interface over which a board has to be reachable for its system on trial to count as working.
public enum TrialPath: Hashable, Sendable {
  /// Any interface will do.
  case any
  /// One of these interfaces, by name.
  case interfaces([[UInt8]])
}

/// The interfaces over which trusted peers reached a board since its confirmed system was started: the text of a file,
/// one name a line. A system on trial must be reachable over them, so that an update does not count as good because of
/// a cable that goes away with the laptop.
public struct ReachedBy: Hashable, Sendable {
  /// The most names that are kept.
  public static var maximum: Int { 8 }
  /// The most bytes of an interface's name in Linux.
  public static var maximumNameLength: Int { 15 }

  /// In the order in which they were first used; each 1 to 15 bytes.
  public private(set) var interfaces: [[UInt8]] = []

  /// An empty list: no peer has reached the board yet.
  public init() {}

  /// Nil unless the text is one name a line and ends with a newline: half a file is ignored.
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

  /// Notes that a trusted peer was answered over this interface. False when that was known already, or when the list is
  /// full.
  public mutating func note(_ name: [UInt8]) -> Bool {
    guard (1...Self.maximumNameLength).contains(name.count), name.allSatisfy({ (0x21...0x7e).contains($0) }),
      interfaces.count < Self.maximum, !interfaces.contains(name)
    else { return false }
    interfaces.append(name)
    return true
  }

  /// The interfaces over which the next system on trial must be reachable. If the board was reached over `radio`, only
  /// that counts: a cable may be there only while a person is.
  public func path(radio: [UInt8]?) -> TrialPath {
    if interfaces.isEmpty { return .any }
    if let radio, interfaces.contains(radio) { return .interfaces([radio]) }
    return .interfaces(interfaces)
  }
}
