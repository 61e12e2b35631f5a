import PeerNetClientLinux

func callElixir(_ nerves: Device) async throws -> [String] {
  // PeerNet.expose(:nerves, :greet, fn _from, name -> "hello " <> name end)
  let greeting = try await nerves.call("greet", "Anna", as: String.self)
  // PeerNet.expose(:nerves, :beam_admin, &PeerNet.BeamDist.handle/2)
  let uptime = RemoteProcedure<NoArguments, String>(module: "Elixir.Clock", function: "uptime")
  let answer = try await nerves(uptime)
  // not shown
  return [greeting, answer]
}

func exposeToElixir(_ node: PeerNode) async {
  await node.expose("lamp.dim", isRemoteProcedure: true) { (percent: Int, _) in "dimmed to \(percent)" }
}

struct Reading: Codable, TermConvertible {
  var sensor: String
  var celsius: Double?
}
