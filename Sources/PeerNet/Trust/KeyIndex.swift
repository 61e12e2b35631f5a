import Sodium

/// Keys and their positions in a list, sorted: a look-up in ten steps among a thousand, and, unlike a dictionary, one
/// order on every run and little code.
struct KeyIndex: Sendable {
  private var items: [(key: PublicKey, position: Int)] = []

  subscript(key: PublicKey) -> Int? {
    let place = place(of: key)
    return place.isTaken ? items[place.index].position : nil
  }

  /// Where the key stands, or would stand.
  func place(of key: PublicKey) -> (index: Int, isTaken: Bool) {
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if items[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return (low, low < items.count && items[low].key == key)
  }

  mutating func insert(_ key: PublicKey, position: Int, at index: Int) {
    items.insert((key, position), at: index)
  }
}
