import PeerNet
import Reactor
import Sodium
import TestKit
import Testing

@testable import peernetd

/// The daemon's files while it runs.
@Suite struct DurableStateTests {
  /// The trust list is watched before it is read: whoever is paired in between is no stranger.
  @Test func whoIsPairedRightAfterTheListWasReadIsNoticed() throws {
    let folder = try TemporaryFolder()
    var list = TrustList()
    try list.pair(PublicKey(1, 2, 3, 4), label: Array("first".utf8), grants: nil, wire: nil)
    try folder.write("trust", list.serialize())
    try list.pair(PublicKey(5, 6, 7, 8), label: Array("second".utf8), grants: nil, wire: nil)
    let pairing = list.serialize()

    var configuration = Configuration()
    configuration.state = Array(folder.path.utf8)
    let reactor = try Reactor()
    // The log tells of the first list once it was read: that is the moment.
    var isPaired = false
    let log = Log(level: .debug) { _ in
      guard !isPaired else { return true }
      isPaired = true
      #expect(throws: Never.self) { try folder.write("trust", pairing) }
      return true
    }
    var isNoticed = false
    let state = DurableState(
      StatePaths(configuration, hasDataPartition: false), disk: nil, log: log, reactor: reactor,
      thread: DiskThread(reactor: reactor)
    ) {
      isNoticed = true
      reactor.stop()
    }
    #expect(isPaired && state.trustList.entries.count == 1)
    let limit = reactor.schedule(after: .seconds(20)) { reactor.stop() }
    try reactor.run()
    reactor.cancel(limit)
    #expect(isNoticed)
    state.loadTrust(now: reactor.now)
    #expect(state.trustList.entries.count == 2)
  }
}
