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

  private enum Kind: Sendable { case status, scan, restart }

  /// For a question that NetworkManager answers at once: mostly nmcli's own start, which a small board is busy with.
  static let answerTime = TimeSpan.seconds(5)
  /// nmcli itself waits for 15 seconds at most.
  static let scanTime = TimeSpan.seconds(18)

  private let interface: [UInt8]
  private let startedAt: Instant
  private let kind: Kind
  /// Of a restart.
  private var restart: NmcliRestart
  private var asked = NmcliCommand.device
  private var device: NmcliDevice?

  /// About the interface that NetworkManager may have.
  public init(_ plan: WifiDialogue.Plan, interface: [UInt8], now: Instant) {
    self.interface = interface
    startedAt = now
    var options = WifiRestart.Options()
    switch plan {
    case .status: kind = .status
    case .scan: kind = .scan
    case .restart(let chosen):
      kind = .restart
      options = chosen
    }
    restart = NmcliRestart(options, now: now)
  }

  /// The step a restart is at.
  public var step: WifiFailure.Step? { kind == .restart ? restart.step : nil }

  /// The first thing to do.
  public mutating func begin() -> Output {
    let end = startedAt + NmcliDialogue.answerTime
    return note(.run(.device, by: kind == .restart ? min(end, restart.closing) : end))
  }

  /// The call has ended. `wireless` is /proc/net/wireless, or empty.
  public mutating func ended(_ outcome: NmcliOutcome, wireless: [UInt8], now: Instant) -> Output {
    guard let device else { return note(begin(with: outcome, now: now)) }
    if kind == .restart, asked != .networks { return note(restart.ended(outcome, now: now)) }
    if asked == .radio { return failure(outcome.tellsSwitchedOff ? .radioDisabled : .notReady) }
    let read = NmcliNetwork.read(outcome.isDone ? outcome.output : [], interface: interface, wireless: wireless)
    switch kind {
    case .scan: return outcome.isDone ? .finish(.scan(read.list)) : failure(outcome.reason)
    case .status:
      var status = device.status
      status.take(read.inUse)
      return .finish(.status(status))
    case .restart: return .finish(restart.succeeded(on: read.inUse, now: now))
    }
  }

  /// The pause is over.
  public mutating func resumed(now: Instant) -> Output { note(restart.resumed(now: now)) }

  private mutating func begin(with outcome: NmcliOutcome, now: Instant) -> Output {
    if outcome.isTimeout { return .decline(.managerSilent) }
    guard outcome.isDone, let device = NmcliDevice(outcome.output) else { return .decline(.managerAbsent) }
    self.device = device
    switch kind {
    // Without a connection the last scan tells nothing of the link.
    case .status: return device.state < 40 ? .finish(.status(device.status)) : ask(.networks, now: now)
    case .scan:
      return device.isUnavailable ? ask(.radio, now: now) : .run(.scan, by: now + NmcliDialogue.scanTime)
    case .restart: return restart.begin(device, now: now)
    }
  }

  private func ask(_ command: NmcliCommand, now: Instant) -> Output {
    .run(command, by: now + NmcliDialogue.answerTime)
  }

  private mutating func note(_ output: Output) -> Output {
    if case .run(let command, _) = output { asked = command }
    return output
  }

  private func failure(_ reason: WifiFailure.Reason) -> Output {
    .finish(.failed(WifiFailure(step: .scan, reason: reason)))
  }
}
