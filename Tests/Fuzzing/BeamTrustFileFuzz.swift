import PeerNet
import Sodium

/// What is imported has bounded texts and no key twice, and any list takes it over and reads back.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let peers = try? BeamTrustFile(input).peers else { return 0 }
  guard Set(peers.map(\.key)).count == peers.count else {
    fatalError("a key twice")
  }
  for date in peers.compactMap(\.addedAt) {
    guard date.count == 27, date.allSatisfy({ 0x20...0x7E ~= $0 }) else { fatalError("no date: \(date)") }
  }
  do throws(TrustListError) {
    // Somebody there has a label that may be wanted, and one peer may be there already.
    var list = TrustList()
    try list.add(TrustEntry(key: peers.first?.key ?? PublicKey(1, 2, 3, 4), label: Array("alice".utf8)))
    let before = list.entries
    let outcomes = try list.add(peers, allowing: .everything, ownKey: peers.last?.key)
    let read = try TrustList.parse(list.serialize())
    guard read.entries == list.entries, read.entries.starts(with: before), outcomes.count == peers.count else {
      fatalError("another list was read back")
    }
    for (peer, outcome) in zip(peers, outcomes) {
      switch outcome {
      case .added(let label):
        guard let entry = read.entry(for: peer.key), entry.label == label, entry.grants == .everything else {
          fatalError("another peer was read back")
        }
      case .present: guard peer.key == before.first?.key else { fatalError("nobody of that key was there") }
      case .noRoom:
        guard read.entry(for: peer.key) == nil, read.entries.count > 64 else { fatalError("there was room") }
      case .ownKey: guard peer.key == peers.last?.key else { fatalError("not the own key") }
      }
    }
  } catch {
    fatalError("refused: \(error)")
  }
  return 0
}
