import Admin
import ETF
import PeerNet

/// A board's radio. At most one status query, one scan and one restart run at a time; who asks for what is already
/// under way joins it and gets the same outcome: whoever lost the link with a restart and asks again learns how it
/// ended instead of being told to wait, and nobody can restart the radio twice over. The first caller's timeout holds
/// for all.
final class WifiControl {
  /// How many callers may wait for the same outcome at their connections. One peer may not take more places than it leaves
  /// for others. Calls under a once-key wait at no connection and are bounded by the journal.
  static let maximumWaiting = 32

  private typealias Waiting = (WifiDialogue.Result, _ joined: Bool) -> Void

  private enum Kind: Int { case status, scan, restart }

  private struct Waiter {
    let caller: [UInt8]
    let connection: ConnectionID?
    let tell: Waiting
    let refuse: (BoardOutcome) -> Void
  }

  private struct Job {
    var work: any WifiWork
    /// The first of them began it.
    var waiting: [Waiter]

    func hasRoom(for caller: [UInt8]) -> Bool {
      let counted = waiting.filter { $0.connection != nil }
      return counted.count { $0.caller == caller } < WifiControl.maximumWaiting - counted.count
    }
  }

  private let interface: [UInt8]
  private let port: any SupplicantPort
  private let nmcli: RadioKeeper?
  private let fallsBack: Bool
  private let clock: any BoardClock
  private let respawned: Bool
  private var jobs: [Job?] = [nil, nil, nil]
  private var lastRestart: RestartRecord?

  /// With `nmcli`, NetworkManager is asked first, each time: what manages a radio may change. If it does not, the
  /// supplicant is asked if that `fallsBack`. (Debian's supplicant has a control socket for NetworkManager's radios, too:
  /// that there is one says nothing about who manages it.) `respawned` tells whether somebody starts the supplicant again
  /// when it ends.
  init(
    interface: [UInt8], port: any SupplicantPort, nmcli: RadioKeeper? = nil, fallsBack: Bool = true,
    clock: any BoardClock, respawned: Bool
  ) {
    self.interface = interface
    self.port = port
    self.nmcli = nmcli
    self.fallsBack = fallsBack
    self.clock = clock
    self.respawned = respawned
    // The agent before this one may have ended while it was off.
    nmcli?.restore()
  }

  func status(for caller: Caller, completion: @escaping (BoardOutcome) -> Void) {
    run(.status, .status, for: caller, refused: completion) { result, _ in
      guard case .status(let status) = result else { return completion(result.failure) }
      let step = self.jobs[Kind.restart.rawValue]?.work.step
      completion(
        .answered(
          status.answer(interface: self.interface, lastRestart: self.lastRestart, step: step, now: self.clock.now)))
    }
  }

  func scan(for caller: Caller, completion: @escaping (BoardOutcome) -> Void) {
    run(.scan, .scan, for: caller, refused: completion) { result, _ in
      guard case .scan(let list) = result else { return completion(result.failure) }
      completion(.answered(list.answer))
    }
  }

  func restart(timeout: TimeSpan, for caller: Caller, completion: @escaping (BoardOutcome) -> Void) {
    if jobs[Kind.restart.rawValue] == nil {
      lastRestart = RestartRecord(at: clock.unixTime, startedAt: clock.now, by: caller.fingerprint)
    }
    let options = WifiRestart.Options(total: timeout, respawned: respawned)
    run(.restart, .restart(options), for: caller, refused: completion) { result, joined in
      guard case .restarted(let success) = result else { return completion(result.failure) }
      completion(.answered(success.answer(interface: self.interface, joined: joined)))
    }
  }

  private func run(
    _ kind: Kind, _ plan: WifiDialogue.Plan, for caller: Caller, refused: @escaping (BoardOutcome) -> Void,
    _ tell: @escaping Waiting
  ) {
    let waiter = Waiter(caller: caller.key, connection: caller.connection, tell: tell, refuse: refused)
    if let job = jobs[kind.rawValue] {
      guard waiter.connection == nil || job.hasRoom(for: waiter.caller) else {
        return refused(.failed(ProcedureError(.busy, "too many callers wait for this already").reason))
      }
      jobs[kind.rawValue]?.waiting.append(waiter)
      return
    }
    let work = work(kind, plan)
    jobs[kind.rawValue] = Job(work: work, waiting: [waiter])
    work.start()
  }

  /// The connection has ended: callers that joined over it are dropped, and work that it began goes on.
  func letGo(of connection: ConnectionID) {
    for kind in jobs.indices {
      guard let waiting = jobs[kind]?.waiting else { continue }
      let gone = waiting.dropFirst().filter { $0.connection == connection }
      guard !gone.isEmpty else { continue }
      jobs[kind]?.waiting = waiting.prefix(1) + waiting.dropFirst().filter { $0.connection != connection }
      for waiter in gone {
        waiter.refuse(.failed(ProcedureError(.unavailable, "its connection ended while it waited").reason))
      }
    }
  }

  private func work(_ kind: Kind, _ plan: WifiDialogue.Plan) -> any WifiWork {
    guard let nmcli else {
      return WifiSession(plan, port: port, clock: clock) { result in self.finish(kind, result) }
    }
    let startedAt = clock.now
    return NmcliSession(plan, port: nmcli, clock: clock) { result in
      self.finish(kind, result)
      if kind == .restart { nmcli.keep(after: result) }
    } declined: { reason in
      self.declined(kind, plan, reason, since: startedAt)
    }
  }

  /// NetworkManager does not have the interface: the supplicant's turn, in the time that is left.
  private func declined(_ kind: Kind, _ plan: WifiDialogue.Plan, _ reason: WifiError.Reason, since start: Instant) {
    guard fallsBack else {
      return finish(
        kind, kind == .status ? .status(WifiStatus()) : .failed(WifiError(step: .reach, reason: reason)))
    }
    var plan = plan
    if case .restart(var options) = plan {
      options.total = options.total - (clock.now - start)
      plan = .restart(options)
    }
    let session = WifiSession(plan, port: port, clock: clock) { result in
      guard case .failed(WifiError(step: .reach, reason: .absent)) = result else { return self.finish(kind, result) }
      self.finish(
        kind, .failed(WifiError(step: .reach, reason: reason == .managerAbsent ? .unmanaged : reason)))
    }
    jobs[kind.rawValue]?.work = session
    session.start()
  }

  private func finish(_ kind: Kind, _ result: WifiDialogue.Result) {
    guard let job = jobs[kind.rawValue] else { return }
    jobs[kind.rawValue] = nil
    switch result {
    case .restarted(let success): lastRestart?.outcome = .succeeded(success)
    case .failed(let failure): if kind == .restart { lastRestart?.outcome = .failed(failure) }
    case .status, .scan: break
    }
    for (index, waiting) in job.waiting.enumerated() { waiting.tell(result, index > 0) }
  }
}

extension WifiDialogue.Result {
  fileprivate var failure: BoardOutcome {
    switch self {
    case .failed(let failure): .failed(failure.failure.reason)
    // A dialogue finishes with what its plan asked for.
    case .status, .scan, .restarted: .failed(ProcedureError(.unavailable, "no answer").reason)
    }
  }
}
