import PeerNetClientLinux

func toggleOnce(_ lamp: Device) async throws -> String {
  do {
    return try await lamp.call("lamp.toggle")
  } catch PeerNetError.notConnected {
    // Nothing was sent. Wait for the lamp, then ask once more.
    try await lamp.connect(timeout: .seconds(30))
    return try await lamp.call("lamp.toggle")
  } catch PeerNetError.timedOut, PeerNetError.outcomeUnknown {
    // It may have been toggled, and toggling again could undo that: ask how it stands.
    try await lamp.connect(timeout: .seconds(30))
    return try await lamp.call("lamp.status")
  }
}

func explainRefusal(_ lamp: Device, _ show: (String) -> Void) async throws {
  do {
    _ = try await lamp.call("lamp.dim", 120, as: Nothing.self)
  } catch let error as PeerNetError where error.code == "forbidden" {
    show("The lamp does not let this phone dim it.")
  } catch let error as PeerNetError where error.code != nil {
    show("The lamp refuses: \(error.message ?? error.code ?? "")")
  }
}

func refuseWithAReason(_ node: PeerNode) async {
  await node.expose("lamp.dim") { (percent: Int, _) in
    guard 0...100 ~= percent else { throw HandlerError(code: "bad_argument", message: "0 to 100 percent") }
  }
}

func fillOnce(_ board: Device) async throws -> Bool {
  let key = OnceKey()
  try await board.gpio.write("pump", true, once: key)
  // Later, also in another program that kept the key: nothing is done again.
  let isOn = try await board.gpio.write("pump", true, once: key)
  // not shown
  return isOn
}

func rebootOnce(_ board: Device, _ key: OnceKey, _ show: (String) -> Void) async throws {
  let answer = try await board.node.call(board.key, "system.reboot", once: key)
  show(answer.hasRestarted == true ? "It has rebooted." : "It is about to.")
}
