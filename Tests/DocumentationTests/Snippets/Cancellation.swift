import PeerNetClientLinux

func firstAnswer(_ lamps: [Device]) async throws -> String? {
  try await withThrowingTaskGroup(of: String.self) { group in
    for lamp in lamps {
      group.addTask { try await lamp.call("lamp.status", timeout: .seconds(30)) }
    }
    let first = try await group.next()
    group.cancelAll()
    return first
  }
}

func handlerThatEndsWithItsNode(_ node: PeerNode, _ setLevel: @escaping @Sendable (Int) -> Void) async {
  await node.expose("lamp.fade", limit: 1) { (_: NoArguments, _) in
    for level in (0..<100).reversed() {
      try await Task.sleep(for: .milliseconds(20))
      setLevel(level)
    }
  }
}
