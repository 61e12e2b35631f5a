// A phone that toggles a device's relay.
//
//   phone FOLDER [DEVICE_KEY] [--local]
import PeerNetClientLinux

let arguments = CommandLine.arguments
let store = HomeFolder(path: arguments[1])
var configuration = PeerNode.Configuration(store: store)
if arguments.contains("--local") { configuration.network.interfaces = ["lo"] }
print("This phone is \(try store.identity().publicKey)")

if arguments.count > 2, let key = PublicKey(arguments[2]) {
  do {
    try await PeerNode(configuration).run { node in
      try await node.pair(key, label: "device")
      let device = node.device(key)
      try await device.connect()
      let isOn = try await device.call("relay.toggle", as: Bool.self)
      print("The relay is \(isOn ? "on" : "off")")
    }
  } catch { print("! \((error as? PeerNetError)?.code ?? "\(error)")") }
}
