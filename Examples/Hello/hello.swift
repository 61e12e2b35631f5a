import PeerNetClientLinux

let store = HomeFolder(path: CommandLine.arguments[1])
print("This laptop is \(try store.identity().publicKey)")
var configuration = PeerNode.Configuration(store: store)
configuration.network.interfaces = ["lo"]  // This computer alone. Leave the line out to look around.

if CommandLine.arguments.count > 2, let key = PublicKey(CommandLine.arguments[2]) {
  try await PeerNode(configuration).run { node in
    try await node.pair(key, label: "board")
    let board = node.device(key)
    try await board.connect()
    try await board.gpio.write("relay", true)
    let levels = try await board.gpio.read()
    for line in try await board.gpio.list() { print(line.label, levels[line.label] == true ? 1 : 0) }
  }
}
