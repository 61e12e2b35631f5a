import PeerNetClient
import Testing

func testInMemory() async throws {
  let network = MemoryNetwork()
  let (lampStore, phoneStore) = (MemoryStore(), MemoryStore())
  let lampHost = network.transport()
  var configuration = PeerNode.Configuration(store: lampStore)
  configuration.network.listen = .any()
  let lamp = PeerNode(configuration, transport: lampHost)
  let phone = PeerNode(.init(store: phoneStore), transport: network.transport())
  await lamp.expose("lamp.status") { (_: NoArguments, _) in "on" }
  try await lamp.start()
  try await phone.start()
  try await lamp.pair(phoneStore.publicKey, label: "phone", allow: Grants("lamp.status"))
  try await phone.pair(lampStore.publicKey, label: "lamp")

  // They find each other.
  let device = phone.device(lampStore.publicKey)
  try await device.connect()
  #expect(try await device.call("lamp.status") == "on")

  // The lamp's cable is pulled, and plugged in again.
  lampHost.cut()
  for await peers in await phone.peers where !peers[0].isConnected { break }
  lampHost.heal()
  try await device.connect()
  #expect(try await device.call("lamp.status") == "on")

  await phone.stop()
  await lamp.stop()
}
