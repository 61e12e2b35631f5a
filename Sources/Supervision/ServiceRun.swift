import PeerNet

/// One service and where it stands.
struct ServiceRun {
  private enum State: Equatable {
    /// What it needs is not there yet.
    case waiting(nextLook: Instant)
    /// It ended, and is started again by then.
    case resting(until: Instant)
    /// Told to start, and not heard of yet.
    case starting
    case running(pid: Int32, since: Instant)
  }

  let service: Service
  var health: Health?
  private var state: State
  private var pause = RestartPause()

  init(_ service: Service, now: Instant) {
    self.service = service
    health = service.notifies ? Health(patience: service.watchdog, readiness: service.readiness, now: now) : nil
    state = .waiting(nextLook: now)
  }

  /// nil while it does not run.
  var pid: Int32? {
    if case .running(let pid, _) = state { return pid }
    return nil
  }

  /// `isPetting`: whether its health still counts for anything.
  func deadline(isPetting: Bool) -> Instant {
    let own: Instant =
      switch state {
      case .waiting(let nextLook): nextLook
      case .resting(let until): until
      case .starting, .running: .distantFuture
      }
    guard isPetting, let health else { return own }
    return min(own, health.deadline)
  }

  mutating func timeout(_ index: Int, at now: Instant) -> Supervisor.Output? {
    switch state {
    case .resting(let until) where until <= now: state = .waiting(nextLook: now)
    case .resting, .waiting, .starting, .running: break
    }
    guard case .waiting(let nextLook) = state, nextLook <= now else { return nil }
    if service.needs.isEmpty {
      state = .starting
      return .start(service: index)
    }
    state = .waiting(nextLook: now + Supervisor.lookInterval)
    return .look(service: index)
  }

  /// Whether it is to be started now.
  mutating func found() -> Bool {
    guard case .waiting = state else { return false }
    state = .starting
    return true
  }

  mutating func started(pid: Int32, at now: Instant) {
    state = .running(pid: pid, since: now)
    health?.started(at: now)
  }

  /// How long it ran, and how long it rests.
  mutating func ended(at now: Instant) -> (ran: TimeSpan, rest: TimeSpan) {
    var ran = TimeSpan.zero
    if case .running(_, let since) = state { ran = now - since }
    let rest = pause.rest(afterRunning: ran)
    state = .resting(until: now + rest)
    health?.ended(at: now)
    return (ran, rest)
  }
}
