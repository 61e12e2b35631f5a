/// SplitMix64: the same hostile inputs on every run.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// A seed gives one sequence.
  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// One to four edits: a byte changed, taken out, put in or doubled, a piece cut off or copied elsewhere.
  public mutating func mutate(_ original: [UInt8], favouring alphabet: [UInt8] = []) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &self)
      let value =
        !alphabet.isEmpty && Bool.random(using: &self)
        ? alphabet.randomElement(using: &self)! : UInt8.random(in: 0...255, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0 where !bytes.isEmpty: bytes[place] = value
      case 1 where !bytes.isEmpty: bytes.remove(at: place)
      case 2: bytes.insert(value, at: place)
      case 3 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 4: bytes.removeSubrange(place...)
      case 5 where !bytes.isEmpty:
        let end = Int.random(in: place...min(place + 64, bytes.count), using: &self)
        bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &self))
      default: bytes.append(value)
      }
    }
    return bytes
  }
}
