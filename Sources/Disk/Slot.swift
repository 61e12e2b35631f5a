/// One of the two places that a system is started from.
public enum Slot: Hashable, CaseIterable, Sendable {
  /// Partition 2.
  case a
  /// Partition 3.
  case b

  /// `a` or `b` and nothing else.
  public init?(_ letter: some Sequence<UInt8>) {
    if letter.elementsEqual(CollectionOfOne(Slot.a.letter)) {
      self = .a
    } else if letter.elementsEqual(CollectionOfOne(Slot.b.letter)) {
      self = .b
    } else {
      return nil
    }
  }

  /// The slot that this one is not.
  public var other: Slot { self == .a ? .b : .a }

  /// `a` or `b` in ASCII.
  public var letter: UInt8 { self == .a ? UInt8(ascii: "a") : UInt8(ascii: "b") }
}
