import Testing

@testable import PeerNetClient

/// What a caller waits for, on the two orders in which its end and the wait can come.
@Suite struct PendingTests {
  private struct Lost: Error {}

  /// Without the end that was kept, nothing would ever resume the caller.
  @Test(.timeLimit(.minutes(1))) func anEndBeforeTheWaitIsKeptForTheCaller() async throws {
    var pending = Pending<Int>.begun
    let isTaken = pending.end(.success(1))
    #expect(!isTaken)
    let isTakenAgain = pending.end(.failure(Lost()))
    #expect(!isTakenAgain, "only the first end counts")
    var isOver = false
    let value = try await withCheckedThrowingContinuation { isOver = pending.wait($0) }
    #expect(isOver && value == 1)
  }

  @Test func anEndAfterTheWaitGoesToTheCallerAtOnce() async {
    var pending = Pending<Int>.begun
    await #expect(throws: Lost.self) {
      try await withCheckedThrowingContinuation { continuation in
        if pending.wait(continuation) { Issue.record("nothing has ended yet") }
        if !pending.end(.failure(Lost())) { Issue.record("the caller waits") }
      }
    }
  }
}
