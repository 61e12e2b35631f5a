import Sodium

/// Places that peers share, and which peer has how many.
public struct Slots {
  /// How many places there are.
  public var limit: Int
  /// Whether no peer may take more places than it leaves free. One peer alone then gets half of them, and another peer
  /// always finds some.
  public var isFair: Bool
  /// How many are taken.
  public private(set) var taken = 0
  /// The peers that have places. A list is enough: there are few at a time.
  private var holders: [(key: PublicKey, count: Int)] = []

  /// Creates places that are all free.
  public init(limit: Int, isFair: Bool) {
    self.limit = limit
    self.isFair = isFair
  }

  /// How many places a peer has.
  public func count(of key: PublicKey) -> Int {
    for holder in holders where holder.key == key { return holder.count }
    return 0
  }

  /// Whether a peer may take another place.
  public func hasRoom(for key: PublicKey) -> Bool {
    let free = limit - taken
    return isFair ? count(of: key) < free : free > 0
  }

  /// Gives a peer another place, even if there is no room.
  public mutating func take(_ key: PublicKey) {
    taken += 1
    for index in holders.indices where holders[index].key == key {
      holders[index].count += 1
      return
    }
    holders.append((key, 1))
  }

  /// Takes a place back from a peer.
  public mutating func release(_ key: PublicKey) {
    for index in holders.indices where holders[index].key == key {
      taken -= 1
      holders[index].count -= 1
      if holders[index].count == 0 { holders.remove(at: index) }
      return
    }
  }
}
