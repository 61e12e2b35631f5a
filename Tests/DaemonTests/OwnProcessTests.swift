import Testing

/// Tests in processes of their own: they measure their own process, or open so many descriptors that Foundation could not
/// start other processes safely.
///
/// They run one after the other: the test library waits for such a process on a thread of the pool that all tests share, and
/// the pool has a thread for each processor. On two processors two of these tests would stop all others for as long as they
/// last.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OwnProcessTests {
  @Test func tenThousandCancelledCallsLeaveNothingBehind() async {
    await #expect(processExitsWith: .success) { try await CancelledCalls.endure() }
  }

  @Test func thousandsOfHalfOpenConnectionsDelayNobody() async {
    await #expect(processExitsWith: .success) { try await HalfOpenFlood.endure() }
  }
}
