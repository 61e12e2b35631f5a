/// A GPIO line by its label, and whether it is (to be) active.
public struct LineLevel: Equatable, Sendable {
  /// The line's, from the profile.
  public let label: [UInt8]
  /// The logical level: an `active_low` line is active when its voltage is low.
  public let isActive: Bool

  /// No label is looked up yet: the board refuses what its profile does not list.
  public init(label: [UInt8], isActive: Bool) {
    self.label = label
    self.isActive = isActive
  }
}
