import PeerNetClientLinux

func twoNodes() async throws -> Term {
  let (lampStore, phoneStore) = (MemoryStore(), MemoryStore())
  var configuration = PeerNode.Configuration(store: lampStore)
  configuration.network = Network(listen: .loopback(), discoveryPort: nil)
  let lamp = try PeerNode(configuration)
  try await lamp.start()
  await lamp.expose("lamp.switch") { request in
    .tuple([.binary(utf8: request.peerName), request.arguments])
  }
  try await lamp.pair(phoneStore.publicKey, label: "phone", allow: Grants("lamp.*"))

  configuration = PeerNode.Configuration(store: phoneStore)
  configuration.network = Network(discoveryPort: nil)
  let phone = try PeerNode(configuration)
  try await phone.start()
  try await phone.pair(lampStore.publicKey, label: "lamp")
  try await phone.connect(to: lampStore.publicKey, at: [.loopback(port: lamp.port!)])
  let answer = try await phone.call(lampStore.publicKey, "lamp.switch", .binary(utf8: "on"))
  // not shown
  await phone.stop()
  await lamp.stop()
  return answer
}
