import PeerNetClientLinux
import Testing

@testable import PeerNetClient

/// A peer ends the connection for a term that it may not read, so none is sent.
@Suite(.timeLimit(.minutes(3))) struct DepthTests {
  private static func nested(_ depth: Int) -> Term {
    (0..<depth).reduce(Term.atom("ok")) { inner, _ in .list([inner]) }
  }

  @Test(arguments: [Wire.one, .two]) func theDeepestThatIsSentIsRead(wire: Wire) async throws {
    let server = try LoopbackTests.node(1, trusting: 2, wire: wire)
    await server.expose("echo") { $0.arguments }
    await server.expose("deep") { .list([$0.arguments]) }
    try await server.start()
    let client = try LoopbackTests.node(2, trusting: 1, wire: wire)
    let port = try #require(await server.port)
    let key = try #require(await server.publicKey)
    try await client.run { client in
      try await client.connect(to: key, at: [.loopback(port: port)])
      let deepest = Self.nested(Term.maximumDepth)
      #expect(try await client.call(key, "echo", deepest) == deepest)
      await #expect(throws: PeerNetError.tooLarge) { try await client.call(key, "echo", .tuple([deepest])) }
      await #expect(throws: PeerNetError.tooLarge) { try await client.send(key, "echo", .map([MapPair(deepest, 1)])) }
      let refused = await #expect(throws: PeerNetError.self) { try await client.call(key, "deep", deepest) }
      #expect(refused?.code == "too_large")
      #expect(await client.isConnected(to: key))
    }
    await server.stop()
  }
}
