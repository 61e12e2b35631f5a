import PeerNetClientLinux
import Testing

/// Runs what the documentation shows.
@Suite struct SnippetTests {
  @Test func theOverviewsTwoNodesTalk() async throws {
    let answer = try await twoNodes()
    #expect(answer == .tuple([.binary(utf8: "phone"), .binary(utf8: "on")]))
  }
}
