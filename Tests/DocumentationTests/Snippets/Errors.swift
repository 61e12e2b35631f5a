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
