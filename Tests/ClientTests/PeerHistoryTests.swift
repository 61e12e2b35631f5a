import PeerNet
import Testing

@testable import PeerNetClient

/// What is kept of the times that a peer was lost.
@Suite struct PeerHistoryTests {
  private static func at(_ seconds: UInt64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  @Test func aSilentPeerWasHeardBeforeItWasGivenUp() {
    var history = PeerHistory()
    history.connected(at: Self.at(100))
    history.suspected(heard: Self.at(150))
    history.disconnected(.silent, at: Self.at(159))
    #expect(
      history.disconnects == [
        Disconnect(at: Self.at(159), reason: .silent, lasted: .seconds(59), heard: Self.at(150))
      ])
    // A suspicion that ended, and one of an earlier connection, count no more.
    history.connected(at: Self.at(200))
    history.suspected(heard: Self.at(210))
    history.relieved()
    history.disconnected(.broken(errno: 104), at: Self.at(300))
    history.connected(at: Self.at(400))
    history.disconnected(.silent, at: Self.at(500))
    #expect(history.disconnects.map(\.heard) == [150, 300, 500].map { Self.at($0) })
  }
}
