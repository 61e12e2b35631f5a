import PeerNet

@testable import Supervision

/// A board without hardware, on a clock of the test's own: carries out what its supervisor decides, and notes it.
struct Rehearsal {
  private(set) var supervisor: Supervisor
  private(set) var now: Instant
  /// What was decided, with the second at which it was.
  private(set) var story: [(second: Int64, output: Supervisor.Output)] = []
  /// The processes that run, by service.
  private(set) var running: [(service: Int, pid: Int32)] = []
  /// What a service needs and is not there.
  var missing: Set<Int> = []
  /// Services that end as soon as they are asked to.
  var obeys = true
  /// Whether the child that settles the disk ever ends.
  var settles = true
  private var nextPid: Int32 = 100

  init(_ services: [Service], at start: Instant = Instant(nanoseconds: 5_000_000_000)) {
    now = start
    supervisor = Supervisor(now: start)
    carryOut()
    supervisor.handlePrepared(now: now)
    carryOut()
    supervisor.handleServices(services, now: now)
    carryOut()
  }

  /// Stops before the preparation is over.
  init() {
    now = Instant(nanoseconds: 5_000_000_000)
    supervisor = Supervisor(now: now)
    carryOut()
  }

  static func service(_ name: String, notifies: Bool = false) -> Service {
    var service = Service(name: Array(name.utf8), command: [Array("/bin/\(name)".utf8)])
    service.notifies = notifies
    return service
  }

  func pid(_ service: Int) -> Int32? { running.first { $0.service == service }?.pid }

  mutating func tell(_ input: (inout Supervisor, Instant) -> Void) {
    input(&supervisor, now)
    carryOut()
  }

  mutating func notify(_ service: Int, _ message: String) {
    guard let pid = pid(service) else { return }
    tell { $0.handleNotification(pid: pid, Notification(Array(message.utf8)), now: $1) }
  }

  mutating func end(_ service: Int) {
    guard let pid = pid(service) else { return }
    running.removeAll { $0.pid == pid }
    tell { $0.handleEnded(pid: pid, Array("ended with code 1".utf8), wasWell: false, now: $1) }
  }

  /// Lets time pass, with `every` called once a second.
  mutating func pass(seconds: Int64, _ every: (inout Rehearsal) -> Void = { _ in }) {
    for _ in 0..<seconds {
      let until = now + .seconds(1)
      var turns = 0
      while supervisor.deadline <= until {
        now = max(now, supervisor.deadline)
        tell { $0.timeout(now: $1) }
        turns += 1
        precondition(turns < 1000, "the supervisor asks for turns and does nothing in them")
      }
      now = until
      every(&self)
    }
  }

  private mutating func carryOut() {
    while let output = supervisor.nextOutput() {
      story.append((Int64(now.nanoseconds / 1_000_000_000), output))
      switch output {
      case .look(let service):
        if !missing.contains(service) { supervisor.handleFound(service: service, now: now) }
      case .start(let service):
        nextPid += 1
        running.append((service, nextPid))
        supervisor.handleStarted(service: service, pid: nextPid, now: now)
      case .end(let pid, let killing):
        guard running.contains(where: { $0.pid == pid }), obeys || killing && obeysKill else { continue }
        running.removeAll { $0.pid == pid }
        supervisor.handleEnded(pid: pid, Array("was ended".utf8), wasWell: false, now: now)
      case .settleDisk:
        supervisor.handleSettling(pid: 7)
        if settles { supervisor.handleEnded(pid: 7, [], wasWell: true, now: now) }
      case .prepare, .begin, .log, .pet, .hasten, .record, .endStrays, .power: break
      }
    }
  }

  /// Whether a kill ends a service; one that waits for a dead disk stays.
  var obeysKill = true

  // MARK: The story

  func seconds(_ isWanted: (Supervisor.Output) -> Bool) -> [Int64] {
    story.filter { isWanted($0.output) }.map { $0.second - 5 }
  }

  var starts: [(second: Int64, service: Int)] {
    story.compactMap { if case .start(let service) = $0.output { ($0.second - 5, service) } else { nil } }
  }

  var pets: [Int64] { seconds { $0 == .pet } }

  var records: [ResetRecord] {
    story.compactMap { if case .record(let record) = $0.output { record } else { nil } }
  }

  var logs: [String] {
    story.compactMap { if case .log(_, let text) = $0.output { String(decoding: text, as: UTF8.self) } else { nil } }
  }
}
