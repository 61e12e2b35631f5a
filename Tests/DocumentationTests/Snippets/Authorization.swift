import PeerNetClientLinux

func grantToKeys(_ node: PeerNode, _ phone: PublicKey, _ visitor: PublicKey) async throws {
  try await node.pair(phone, label: "phone", allow: Grants("lamp.*,door.open:garden"))
  try await node.pair(visitor, label: "visitor")
}

func exposeByAccess(_ node: PeerNode) async {
  // Whoever's line allows it.
  await node.expose("lamp.toggle") { (_: NoArguments, _) in "on" }
  // Every trusted peer.
  await node.expose("whoami", access: .anyTrusted) { (_: NoArguments, request) in request.peerName }
  // Whoever's line allows it, be it for this argument alone.
  await node.expose("door.open", access: .grantedByArgument) { (door: String, request) in
    guard request.grants.allows(request.name, argument: Array(door.utf8)) else {
      throw HandlerError(code: "refused", message: "not this door")
    }
    return "\(door) is open"
  }
}

func changeGrants(_ node: PeerNode, _ phone: PublicKey, _ visitor: PublicKey) async throws {
  try await node.pair(phone, label: "phone", allow: Grants("lamp.status"))
  try await node.unpair(visitor)
}
