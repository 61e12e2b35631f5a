import PeerNet

extension PeerMemory {
  /// Adds what another run or process learned of a peer. True when any of it is news.
  @discardableResult
  public mutating func merge(_ peer: Peer) -> Bool {
    var isNews = false
    if peer.speaksTwo { isNews = noteSpeaksTwo(peer.key) }
    // The latest stands first, so it is noted last.
    for address in peer.addresses.reversed() where noteProven(address, for: peer.key) { isNews = true }
    return isNews
  }
}
