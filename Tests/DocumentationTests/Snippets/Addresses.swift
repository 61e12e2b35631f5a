import PeerNetClientLinux

func connectByAddress(_ store: any PeerStore, _ board: PublicKey, _ text: String) async throws -> Bool {
  var configuration = PeerNode.Configuration(store: store)
  configuration.network.discoveryPort = nil
  let node = try PeerNode(configuration)
  try await node.start()
  guard let address = Endpoint(text) else { throw NotAnAddress() }
  try await node.connect(to: board, at: [address], timeout: .seconds(5))
  // not shown
  let isConnected = await node.isConnected(to: board)
  await node.stop()
  return isConnected
}

private struct NotAnAddress: Error {}
