import Sodium

/// Places at something that peers share, and who has them.
public struct Slots {
  /// How many there are.
  public var limit: Int
  /// Whether nobody takes more than are left: one peer alone gets half of them, and however many somebody has, another one
  /// finds some.
  public var isFair: Bool
  /// How many are taken.
  public private(set) var taken = 0
  /// Those who have any. A list: there are few at a time.
  private var holders: [(key: PublicKey, count: Int)] = []

  /// All are free.
  public init(limit: Int, isFair: Bool) {
    self.limit = limit
    self.isFair = isFair
  }

  /// How many a peer has.
  public func count(of key: PublicKey) -> Int {
    for holder in holders where holder.key == key { return holder.count }
    return 0
  }

  /// Whether a peer may take another one.
  public func hasRoom(for key: PublicKey) -> Bool {
    let free = limit - taken
    return isFair ? count(of: key) < free : free > 0
  }

  /// Gives a peer another one, whether there is room or not.
  public mutating func take(_ key: PublicKey) {
    taken += 1
    for index in holders.indices where holders[index].key == key {
      holders[index].count += 1
      return
    }
    holders.append((key, 1))
  }

  /// Takes one back that a peer had taken.
  public mutating func release(_ key: PublicKey) {
    for index in holders.indices where holders[index].key == key {
      taken -= 1
      holders[index].count -= 1
      if holders[index].count == 0 { holders.remove(at: index) }
      return
    }
  }
}
