import PeerNet
import Testing

@testable import peernetd

@Suite struct ServiceManagerTests {
  private final class Socket {
    var messages: [String] = []
    var path: [UInt8] = []

    func manager(_ socket: String?, usec: String? = nil, pid: String? = nil) -> ServiceManager {
      ServiceManager(
        notifySocket: socket.map { Array($0.utf8) }, watchdogMicroseconds: usec.map { Array($0.utf8) },
        watchdogProcess: pid.map { Array($0.utf8) }, process: 42
      ) { message, path in
        self.messages.append(String(decoding: message, as: UTF8.self))
        self.path = path
      }
    }
  }

  private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

  @Test func withoutAManagerNothingIsSaid() {
    for name in [nil, "", "relative"] as [String?] {
      let socket = Socket()
      var manager = socket.manager(name, usec: "1000000")
      manager.ready(at: at(0))
      manager.progressed(at: at(5000))
      manager.stopping()
      #expect(manager.deadline == nil)
      #expect(socket.messages.isEmpty)
    }
  }

  @Test func theWatchdogIsFedAtHalfItsPatience() {
    let socket = Socket()
    var manager = socket.manager("/run/notify", usec: "1000000", pid: "42")
    #expect(manager.deadline == nil, "not before the start is told")
    manager.ready(at: at(0))
    #expect(manager.deadline == at(500))
    manager.progressed(at: at(499))
    #expect(socket.messages == ["READY=1"])
    manager.progressed(at: at(700))
    manager.progressed(at: at(701))
    #expect(socket.messages == ["READY=1", "WATCHDOG=1"])
    #expect(manager.deadline == at(1200))
    manager.reloading(at: at(1300))
    manager.status(Array("two peers\nX=1".utf8))
    manager.stopping()
    #expect(
      socket.messages.suffix(3) == ["RELOADING=1\nMONOTONIC_USEC=1300000", "STATUS=two peersX=1", "STOPPING=1"])
    #expect(socket.path == Array("/run/notify".utf8))
  }

  @Test func anAbstractSocketStartsWithAZero() {
    let socket = Socket()
    socket.manager("@notify").stopping()
    #expect(socket.path == [0] + Array("notify".utf8))
  }

  @Test func theWatchdogOfAnotherProcessIsNotFed() {
    for (usec, pid) in [("1000000", "41"), ("x", "42"), ("0", nil), ("99999999999999999999", nil)] {
      let socket = Socket()
      var manager = socket.manager("/n", usec: usec, pid: pid)
      manager.ready(at: at(0))
      #expect(manager.deadline == nil)
    }
  }
}
