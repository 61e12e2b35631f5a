import PeerNet
import Testing

@testable import peernetd

@Suite struct ServiceManagerTests {
  private final class Messages {
    var sent: [String] = []

    func manager(patience: TimeSpan?) -> ServiceManager {
      ServiceManager(watchdogPatience: patience) { self.sent.append(String(decoding: $0, as: UTF8.self)) }
    }
  }

  private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

  @Test func theWatchdogIsFedAtHalfItsPatience() {
    let messages = Messages()
    var manager = messages.manager(patience: .seconds(1))
    #expect(manager.deadline == nil, "not before the start is told")
    manager.progressed(at: at(0))
    manager.ready(at: at(0))
    #expect(manager.deadline == at(500))
    manager.progressed(at: at(499))
    #expect(messages.sent == ["READY=1"])
    manager.progressed(at: at(700))
    manager.progressed(at: at(701))
    #expect(messages.sent == ["READY=1", "WATCHDOG=1"])
    #expect(manager.deadline == at(1200))
  }

  @Test func aManagerThatDoesNotWatchIsNotFed() {
    let messages = Messages()
    var manager = messages.manager(patience: nil)
    manager.ready(at: at(0))
    manager.progressed(at: at(100_000))
    manager.reloading(at: at(1300))
    manager.status(Array("two peers\nX=1".utf8))
    manager.stopping()
    #expect(manager.deadline == nil)
    #expect(
      messages.sent == ["READY=1", "RELOADING=1\nMONOTONIC_USEC=1300000", "STATUS=two peersX=1", "STOPPING=1"])
  }
}
