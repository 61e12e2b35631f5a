import Basics
import Settings

/// An item of a list of grants that names nothing on any board, such as `wifi.retsart`.
public struct UnknownGrant: Error, Equatable, Sendable {
  /// The item as it was written.
  public let item: [UInt8]
  /// The known name that is nearest to it.
  public let nearest: [UInt8]
  /// How many letters have to be inserted, removed or replaced to get from one to the other.
  public let distance: Int

  /// Finds the first such item of a list of grants.
  ///
  /// This is for commands that write a grant. A reader of a trust list accepts every name: it may be one of a later
  /// release, or one that an application exposes.
  public init?(in grants: [UInt8]) {
    for item in grants.split(separator: 0x2c) {
      guard let unknown = UnknownGrant(item: [UInt8](item)) else { continue }
      self = unknown
      return
    }
    return nil
  }

  /// Nil when it names something.
  private init?(item: [UInt8]) {
    if item == [0x2a] { return nil }
    let colon = item.firstIndex(of: 0x3a)
    let isPrefix = item.last == 0x2a
    let called = [UInt8](item[..<(colon ?? item.count - (isPrefix ? 1 : 0))])
    var nearest: [UInt8] = []
    var best = Int.max
    for procedure in Procedure.allCases where !procedure.descriptor.runsAnother {
      var name = [UInt8](procedure.name)
      let fits = colon == nil || procedure.descriptor.boundParameter != nil
      if isPrefix ? name.starts(with: called) : name == called && fits { return nil }
      for _ in 0..<2 {
        let distance = editDistance(item, name)
        if distance < best { (nearest, best) = (name, distance) }
        // The whole module is a candidate, too.
        while name.last != 0x2e, !name.isEmpty { name.removeLast() }
        name.append(0x2a)
      }
    }
    self.item = item
    self.nearest = nearest
    distance = best
  }
}
