import PeerNetClientLinux

func askOneThatMayBeAway(_ lamp: Device, _ show: (String) -> Void) async throws {
  do {
    show(try await lamp.call("lamp.status"))
  } catch PeerNetError.notConnected {
    show("The lamp is away.")
  }
  do {
    show(try await lamp.call("lamp.status", waiting: .seconds(10)))
  } catch PeerNetError.unreachable(let reason) {
    show("The lamp did not come within 10 s: \(reason.map { "\($0)" } ?? "nobody answered").")
  }
}
