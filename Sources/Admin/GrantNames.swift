import PeerNet

/// An item of a list of grants that grants nothing on any board, such as `wifi.retsart`.
public struct UnknownGrant: Error, Equatable, Sendable {
  /// As it was written.
  public let item: [UInt8]
  /// What comes nearest to it.
  public let nearest: [UInt8]
  /// How many letters the two are apart.
  public let distance: Int

  /// The first such item of a list that can be read as one.
  ///
  /// For whoever writes a grant, not for readers of a trust list: there a name may be a later release's, or be exposed by
  /// an application.
  public init?(in grants: [UInt8]) {
    for item in grants.split(separator: 0x2c) {
      guard let grant = Grants(text: [UInt8](item)), !UnknownGrant.isKnown(grant.text) else { continue }
      self.init([UInt8](item))
      return
    }
    return nil
  }

  private init(_ item: [UInt8]) {
    var nearest: [UInt8] = []
    var best = Int.max
    for procedure in Procedure.allCases {
      let name = [UInt8](procedure.name)
      for candidate in [name, UnknownGrant.module(name) + [0x2a]] {
        let distance = UnknownGrant.distance(item, candidate)
        if distance < best { (nearest, best) = (candidate, distance) }
      }
    }
    self.item = item
    self.nearest = nearest
    distance = best
  }

  /// `grant` is as `Grants` writes it.
  private static func isKnown(_ grant: [UInt8]) -> Bool {
    if grant.last == 0x2a {
      return grant.count == 1
        || Procedure.allCases.contains { [UInt8]($0.name).starts(with: grant.dropLast()) }
    }
    guard let colon = grant.firstIndex(of: 0x3a) else { return Procedure(name: grant) != nil }
    // Only lines can be named behind one.
    guard let procedure = Procedure(name: [UInt8](grant[..<colon])) else { return false }
    return procedure.parameters.contains(.lines) || procedure.parameters.contains(.line)
  }

  /// The name up to its dot.
  private static func module(_ name: [UInt8]) -> [UInt8] {
    [UInt8](name[...(name.firstIndex(of: 0x2e) ?? name.startIndex)])
  }

  /// Letters to add, to leave out or to replace.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = [Int](0...other.count)
    for (index, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let above = row[column + 1]
        row[column + 1] = min(min(above, row[column]) + 1, diagonal + (other[column] == letter ? 0 : 1))
        diagonal = above
      }
    }
    return row[other.count]
  }
}
