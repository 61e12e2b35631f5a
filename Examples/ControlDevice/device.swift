// A device with a relay, which the phone that was granted it may toggle.
//
//   device FOLDER [PHONE_KEY] [--local]
import PeerNetClientLinux
import PeerNetService

actor Relay {
  var isOn = false
  func toggle() -> Bool {
    isOn.toggle()
    return isOn
  }
}

let arguments = CommandLine.arguments
let store = HomeFolder(path: arguments[1])
var configuration = PeerNode.Configuration(store: store)
configuration.network =
  arguments.contains("--local") ? Network(listen: .loopback(), interfaces: ["lo"]) : Network(listen: .any())
let node = try PeerNode(configuration)
let relay = Relay()
await node.expose("relay.toggle") { (_: NoArguments, _) in await relay.toggle() }
try await node.start()
print("This device is \(try store.identity().publicKey)")
if arguments.count > 2, let phone = PublicKey(arguments[2]) {
  try await node.pair(phone, label: "phone", allow: Grants("relay.toggle"))
  try await node.run()
}
