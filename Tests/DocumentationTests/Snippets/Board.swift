import PeerNetClientLinux

func readButton(_ board: Device) async throws -> Bool {
  let isPressed = try await board.gpio.read("button")
  print(isPressed ? "pressed" : "not pressed")
  // not shown
  return isPressed
}

func toggleRelay(_ board: Device) async throws -> Bool {
  let isOn = try await board.gpio.write("relay", !board.gpio.read("relay"))
  // not shown
  return isOn
}

func askTheBoard(_ board: Device) async throws {
  let me = try await board.agent.whoami()
  print("Known there as \(me.label), which may call \(me.procedures.joined(separator: ", "))")
  let link = try await board.wifi.status()
  print("\(link.ssid.map { "\($0)" } ?? "no network"): \(link.state.rawValue)")
  try await board.wifi.restart()
}
