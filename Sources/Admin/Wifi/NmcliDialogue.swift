import PeerNet

/// A wifi procedure as a sequence of calls of `nmcli`, without the calls: how the last one went and what time it is go
/// in, what to do next comes out. One thing at a time; it ends in time if every call does by its deadline.
public struct NmcliDialogue: Sendable {
  /// What to do next, and what to say when it is done.
  public enum Output: Equatable, Sendable {
    /// Call `nmcli`, kill it at the deadline, and say ``ended(_:wireless:now:)``.
    case run(NmcliCommand, by: Instant)
    /// Nothing until then, and then say ``resumed(now:)``.
    case pause(until: Instant)
    /// The last output, like the one below: what it came to.
    case finish(WifiDialogue.Result)
    /// NetworkManager does not have the interface. Nothing was changed.
    case decline(WifiFailure.Reason)
  }

  private enum Work: Sendable {
    case status
    case scan
    case restart(NmcliRestart)
  }

  /// For a question that NetworkManager answers at once.
  static let answerTime = Duration.seconds(3)
  /// nmcli itself waits for 15 seconds at most.
  static let scanTime = Duration.seconds(18)

  private let interface: [UInt8]
  private let startedAt: Instant
  private var work: Work
  private var asked = NmcliCommand.device
  private var device: NmcliDevice?

  /// About the interface that NetworkManager may have.
  public init(_ plan: WifiDialogue.Plan, interface: [UInt8], now: Instant) {
    self.interface = interface
    startedAt = now
    switch plan {
    case .status: work = .status
    case .scan: work = .scan
    case .restart(let options): work = .restart(NmcliRestart(options, now: now))
    }
  }

  /// The step a restart is at.
  public var step: WifiFailure.Step? {
    if case .restart(let restart) = work { restart.step } else { nil }
  }

  /// The first thing to do.
  public mutating func begin() -> Output { ask(.device, now: startedAt) }

  /// The call has ended. `wireless` is /proc/net/wireless, or empty.
  public mutating func ended(_ outcome: NmcliOutcome, wireless: [UInt8], now: Instant) -> Output {
    guard let device else { return begin(with: outcome, now: now) }
    switch work {
    case .status:
      var status = device.status
      if case .exited(code: 0, let output, _) = outcome { status.take(inUse(output, wireless)) }
      return .finish(.status(status))
    case .scan:
      if asked == .radio { return failure(.scan, outcome.switchedOff ? .radioDisabled : .notReady) }
      guard case .exited(code: 0, let output, _) = outcome else { return failure(.scan, outcome.reason) }
      return .finish(.scan(NmcliNetwork.read(output, interface: interface, wireless: wireless).entries))
    case .restart(var restart):
      let output: Output
      if asked == .networks, case .exited(_, let text, _) = outcome {
        output = .finish(restart.succeeded(on: inUse(text, wireless), now: now))
      } else {
        output = restart.ended(outcome, now: now)
      }
      work = .restart(restart)
      return note(output)
    }
  }

  /// The pause is over.
  public mutating func resumed(now: Instant) -> Output {
    guard case .restart(var restart) = work else { return ask(.device, now: now) }
    let output = restart.resumed(now: now)
    work = .restart(restart)
    return note(output)
  }

  private mutating func begin(with outcome: NmcliOutcome, now: Instant) -> Output {
    if case .timedOut = outcome { return .decline(.managerSilent) }
    guard case .exited(code: 0, let output, _) = outcome, let device = NmcliDevice(output) else {
      return .decline(.managerAbsent)
    }
    self.device = device
    switch work {
    case .status:
      // Without a connection the last scan tells nothing of the link.
      return device.state < 40 ? .finish(.status(device.status)) : ask(.networks, now: now)
    case .scan:
      return device.isUnavailable
        ? ask(.radio, now: now) : note(.run(.scan, by: now + NmcliDialogue.scanTime))
    case .restart(var restart):
      let output = restart.begin(device, now: now)
      work = .restart(restart)
      return note(output)
    }
  }

  private mutating func ask(_ command: NmcliCommand, now: Instant) -> Output {
    note(.run(command, by: now + NmcliDialogue.answerTime))
  }

  private mutating func note(_ output: Output) -> Output {
    if case .run(let command, _) = output { asked = command }
    return output
  }

  private func inUse(_ output: [UInt8], _ wireless: [UInt8]) -> ScanEntry? {
    NmcliNetwork.read(output, interface: interface, wireless: wireless).inUse
  }

  private func failure(_ step: WifiFailure.Step, _ reason: WifiFailure.Reason) -> Output {
    .finish(.failed(WifiFailure(step: step, reason: reason)))
  }
}

extension NmcliOutcome {
  /// `enabled:disabled`, the switch of the hardware and that of NetworkManager.
  var switchedOff: Bool {
    guard case .exited(code: 0, let output, _) = self else { return false }
    return SupplicantLines(output).contains { $0.split(separator: 0x3a).contains { $0.equals("disabled") } }
  }

  /// Why a call did not do what it was to do, by its exit code and, where that leaves it open, by the words that nmcli
  /// has for NetworkManager's own reason.
  var reason: WifiFailure.Reason {
    switch self {
    case .absent, .exited(code: 8, _, _): .managerAbsent
    case .timedOut: .managerSilent
    case .exited(code: 3, _, _): .timeout
    case .exited(_, _, let errors): NmcliOutcome.reason(errors)
    }
  }

  private static func reason(_ errors: [UInt8]) -> WifiFailure.Reason {
    if errors.holds("ot authorized") || errors.holds("nsufficient privileges") { return .notAuthorized }
    if errors.holds("ecrets were required") { return .wrongKey }
    if errors.holds("network could not be found") { return .networkNotFound }
    if errors.holds("IP configuration") { return .noAddress }
    if errors.holds("supplicant") { return .rejected }
    return .managerRefused
  }
}

extension [UInt8] {
  /// Whether the text stands somewhere in the bytes.
  fileprivate func holds(_ text: StaticString) -> Bool {
    indices.contains { self[$0...].hasPrefix(text) }
  }
}
