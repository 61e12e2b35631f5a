import PeerNetClientLinux

func showPeers(_ node: PeerNode, _ show: @Sendable (String) -> Void) async {
  for await peers in await node.peers {
    for peer in peers {
      show("\(peer.entry.name) is \(peer.isConnected ? "here" : "away")")
    }
  }
}

func showNeighbours(_ node: PeerNode, _ show: @Sendable (String) -> Void) async {
  let events = await node.events
  await node.solicit()
  for await case .sighted(let sighting) in events {
    show("\(sighting.key) says that it is at \(sighting.endpoint)")
  }
}
