/// The known name that a mistyped one is nearest to: at most a third of its letters differ, are missing or are
/// superfluous, regardless of case. Nil when no name is that near, and for a name of more than 64 bytes.
public func nearestName(to name: [UInt8], among names: [[UInt8]]) -> [UInt8]? {
  guard (1...64).contains(name.count) else { return nil }
  var nearest: [UInt8]?
  var least = max(1, name.count / 3) + 1
  let folded = lowercased(name)
  for candidate in names where candidate.count <= 64 {
    let distance = editDistance(folded, lowercased(candidate))
    if distance < least { (nearest, least) = (candidate, distance) }
  }
  return nearest
}

/// How many letters have to be inserted, removed or replaced to get from one to the other.
package func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
  var row = [Int](repeating: 0, count: other.count + 1)
  for index in row.indices { row[index] = index }
  for (place, letter) in one.enumerated() {
    var diagonal = row[0]
    row[0] = place + 1
    for index in other.indices {
      let replaced = diagonal + (letter == other[index] ? 0 : 1)
      diagonal = row[index + 1]
      row[index + 1] = min(replaced, min(row[index], row[index + 1]) + 1)
    }
  }
  return row[other.count]
}

private func lowercased(_ name: [UInt8]) -> [UInt8] {
  name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 0x20 : $0 }
}
