import PeerNet
import Settings
import Supervision
import Testing

@Suite struct ServiceListTests {
  private func list(_ lines: [(section: String, key: String, value: String)]) -> ServiceList {
    ServiceList(
      lines.enumerated().map { index, line in
        Setting(
          section: Array(line.section.utf8), key: Array(line.key.utf8), value: Array(line.value.utf8), line: index + 1)
      })
  }

  @Test func aServiceIsReadWithAllItsKeys() {
    let read = list([
      ("service agent", "command", "/usr/bin/peernetd  run"), ("service agent", "needs", "/data/a /run/b"),
      ("service agent", "notify", "yes"), ("service agent", "watchdog", "45"), ("service agent", "ready", "20"),
      ("service agent", "nice", "-5"),
      ("service clock", "command", "/bin/clock"),
    ])
    var agent = Service(name: Array("agent".utf8), command: [Array("/usr/bin/peernetd".utf8), Array("run".utf8)])
    agent.needs = [Array("/data/a".utf8), Array("/run/b".utf8)]
    agent.notifies = true
    agent.watchdog = .seconds(45)
    agent.readiness = .seconds(20)
    agent.nice = -5
    #expect(read.services == [agent, Service(name: Array("clock".utf8), command: [Array("/bin/clock".utf8)])])
    #expect(read.faults.isEmpty)
  }

  @Test func aFaultCostsNoMoreThanItsOwnLineOrService() {
    let read = list([
      ("service a", "command", "/bin/a"), ("service a", "watchdog", "0"), ("service a", "nice", "99"),
      ("service a", "notify", "maybe"), ("service a", "needs", "data"), ("service a", "colour", "red"),
      ("service b", "command", "b"), ("service b", "nice", "1"), ("node", "port", "1"), ("node", "name", "x"),
      ("service c", "command", "/bin/c"),
    ])
    #expect(
      read.services == [
        Service(name: Array("a".utf8), command: [Array("/bin/a".utf8)]),
        Service(name: Array("c".utf8), command: [Array("/bin/c".utf8)]),
      ])
    #expect(read.faults.map { $0.line } == [2, 3, 4, 5, 6, 7, 9, 7])
  }

  @Test func thereIsABoundOnServices() {
    let read = list((0..<40).map { ("service s\($0)", "command", "/bin/s") })
    #expect(read.services.count == ServiceList.maximumCount)
    #expect(read.faults.count == 40 - ServiceList.maximumCount)
  }
}
