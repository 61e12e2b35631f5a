import PeerNet

/// What is imported has bounded texts and no key twice.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let peers = try? BeamTrustFile.decode(input) else { return 0 }
  guard Set(peers.map(\.key)).count == peers.count, peers.count <= TrustList.maximumPeers else {
    fatalError("a key twice")
  }
  for date in peers.compactMap(\.addedAt) {
    guard date.count == 27, date.allSatisfy({ 0x20...0x7E ~= $0 }) else { fatalError("no date: \(date)") }
  }
  return 0
}
