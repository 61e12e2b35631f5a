import PeerNetClientLinux

func nodeOfAFolder(_ path: String?) throws -> PeerNode {
  let node = try PeerNode(.init(store: HomeFolder.locate(path)))
  // not shown
  return node
}
