import PeerNetClientLinux

func manyNodes(_ names: [String]) async throws -> [String] {
  var nodes: [(name: String, node: PeerNode, key: PublicKey)] = []
  for name in names {
    let store = MemoryStore()
    var configuration = PeerNode.Configuration(store: store)
    configuration.network = Network(listen: .loopback(), discoveryPort: nil)
    let node = try PeerNode(configuration)
    await node.expose("hello", access: .anyTrusted) { (_: NoArguments, request) in
      "\(name) greets \(request.peerName)"
    }
    try await node.start()
    for other in nodes {
      try await other.node.pair(store.publicKey, label: name)
      try await node.pair(other.key, label: other.name)
      try await node.connect(to: other.key, at: [.loopback(port: other.node.port!)])
    }
    nodes.append((name, node, store.publicKey))
  }
  // not shown
  var greetings: [String] = []
  for one in nodes {
    for other in nodes where other.key != one.key {
      greetings.append(try await one.node.device(other.key).call("hello"))
    }
  }
  for one in nodes { await one.node.stop() }
  return greetings
}
