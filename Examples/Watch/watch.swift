// Watches a board's button and toggles its relay at each press.
//
//   watch FOLDER [BOARD_KEY]
import PeerNetClientLinux

let arguments = CommandLine.arguments
let store = HomeFolder(path: arguments[1])
var configuration = PeerNode.Configuration(store: store)
configuration.network.interfaces = ["lo"]  // For a simulated board. Leave the line out for a real one.
print("This laptop is \(try store.identity().publicKey)")

if arguments.count > 2, let key = PublicKey(arguments[2]) {
  try await PeerNode(configuration).run { node in
    try await node.pair(key, label: "board")
    let board = node.device(key)
    while true {
      do {
        try await board.connect(timeout: .seconds(60))
        try await togglePressByPress(board)
      } catch let error as PeerNetError {
        print("! \(error.code ?? "\(error)")")
        try await Task.sleep(for: .seconds(1))
      }
    }
  }
}

func togglePressByPress(_ board: Device) async throws {
  var wasPressed = try await board.gpio.read("button")
  while true {
    try await Task.sleep(for: .milliseconds(100))
    let isPressed = try await board.gpio.read("button")
    if isPressed && !wasPressed {
      let isOn = try await board.gpio.write("relay", !board.gpio.read("relay"))
      print("Pressed: the relay is \(isOn ? "on" : "off")")
    }
    wasPressed = isPressed
  }
}
