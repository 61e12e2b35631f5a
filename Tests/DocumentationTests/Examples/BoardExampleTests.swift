import PeerNetClientLinux
import Testing

/// The programs that need a board.
@Suite struct BoardExampleTests {
  @Test func helloSwitchesTheRelayOn() async throws {
    let board = try await SimulatedBoard()
    let shown = try Example("hello", "FOLDER")
    try await board.pair(try await shown.key(), "laptop", allow: "gpio.*")
    #expect(try await shown.end() == 0)
    let hello = try Example("hello", "FOLDER", board.key, folder: shown.folder)
    #expect(try await hello.end() == 0)
    let lines = hello.printed.split(separator: "\n").dropFirst()
    #expect(lines.map { $0.split(separator: " ")[0] } == ["button", "door", "relay", "pump", "led"])
    #expect(lines.contains("relay 1") && lines.contains("led 0"))
  }

  @Test func watchTogglesTheRelayAtEachPress() async throws {
    let board = try await SimulatedBoard()
    let shown = try Example("watch", "FOLDER")
    #expect(try await shown.end() == 0)
    try await board.pair(try await shown.key(), "laptop", allow: "gpio.read,gpio.write:relay")
    let other = MemoryStore()
    try await board.pair(other.publicKey.description, "witness", allow: "gpio.read")

    try await local(other).run { node in
      let device = try await connect(node, board)
      for (state, isOn) in [("on", true), ("off", false)] {
        #expect(try await device.gpio.read("relay") != isOn)
        let watch = try Example("watch", "FOLDER", board.key, folder: shown.folder)
        try await watch.line(with: "Pressed: the relay is \(state)")
        // Before the next press.
        try await watch.stop()
        #expect(try await device.gpio.read("relay") == isOn)
      }
    }
  }
}

/// A node that looks for peers on this computer alone.
func local(_ store: any PeerStore) throws -> PeerNode {
  var configuration = PeerNode.Configuration(store: store)
  configuration.network.interfaces = ["lo"]
  return try PeerNode(configuration)
}

/// The board as a peer that is connected.
func connect(_ node: PeerNode, _ board: SimulatedBoard) async throws -> Device {
  let key = try #require(PublicKey(board.key))
  try await node.pair(key, label: "board")
  let device = node.device(key)
  try await device.connect()
  return device
}
