import PeerNet

/// A wifi procedure as a sequence of calls of `nmcli`, without the calls: how the last one went and what time it is go
/// in, what to do next comes out. One thing at a time; it ends in time if every call does by its deadline.
public struct NmcliDialogue: Sendable {
  /// What to do next, and what to say when it is done.
  public enum Output: Equatable, Sendable {
    /// Call `nmcli`, kill it at the deadline, and say ``handleEnded(_:wireless:now:)``.
    case run(NmcliCommand, by: Instant)
    /// The last output, like the one below: what it came to.
    case finish(WifiDialogue.Result)
    /// NetworkManager does not have the interface. Nothing was changed.
    case decline(WifiError.Reason)
  }

  /// How it goes on: with an output, or after a pause.
  enum Step: Equatable {
    case output(Output)
    case pause(until: Instant)

    static func run(_ command: NmcliCommand, by deadline: Instant) -> Step { .output(.run(command, by: deadline)) }
    static func finish(_ result: WifiDialogue.Result) -> Step { .output(.finish(result)) }
    static func decline(_ reason: WifiError.Reason) -> Step { .output(.decline(reason)) }
  }

  private enum Kind: Sendable { case status, scan, restart }

  /// For a question that NetworkManager answers at once: mostly nmcli's own start, which a small board is busy with.
  static let answerTime = TimeSpan.seconds(5)
  /// nmcli itself waits for 15 seconds at most.
  static let scanTime = TimeSpan.seconds(18)

  private let interface: [UInt8]
  private let kind: Kind
  /// Of a restart.
  private var restart: NmcliRestart
  private var asked = NmcliCommand.device
  private var device: NmcliDevice?
  private var output: Output?
  /// The end of a pause, when ``timeout(now:)`` is due; nil when there is none.
  public private(set) var deadline: Instant?

  /// About the interface that NetworkManager may have.
  public init(_ plan: WifiDialogue.Plan, interface: [UInt8], now: Instant) {
    self.interface = interface
    var options = WifiRestart.Options()
    switch plan {
    case .status: kind = .status
    case .scan: kind = .scan
    case .restart(let chosen):
      kind = .restart
      options = chosen
    }
    restart = NmcliRestart(options, now: now)
    let end = now + NmcliDialogue.answerTime
    output = .run(.device, by: kind == .restart ? min(end, restart.closing) : end)
  }

  /// The step a restart is at.
  public var step: WifiError.Step? { kind == .restart ? restart.step : nil }

  /// What to do next; nil while a call is under way, in a pause, and after the last output.
  public mutating func nextOutput() -> Output? { output.take() }

  /// The call has ended. `wireless` is /proc/net/wireless, or empty.
  public mutating func handleEnded(_ outcome: NmcliOutcome, wireless: [UInt8], now: Instant) {
    take(step(after: outcome, wireless: wireless, now: now))
  }

  /// ``deadline`` has come. Too early a call does nothing.
  public mutating func timeout(now: Instant) {
    guard let deadline, now >= deadline else { return }
    self.deadline = nil
    take(restart.resumed(now: now))
  }

  private mutating func take(_ step: Step) {
    switch step {
    case .pause(let end): deadline = end
    case .output(let next):
      if case .run(let command, _) = next { asked = command }
      output = next
    }
  }

  private mutating func step(after outcome: NmcliOutcome, wireless: [UInt8], now: Instant) -> Step {
    guard let device else { return begin(with: outcome, now: now) }
    if kind == .restart, asked != .networks { return restart.ended(outcome, now: now) }
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

  private mutating func begin(with outcome: NmcliOutcome, now: Instant) -> Step {
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

  private func ask(_ command: NmcliCommand, now: Instant) -> Step {
    .run(command, by: now + NmcliDialogue.answerTime)
  }

  private func failure(_ reason: WifiError.Reason) -> Step {
    .finish(.failed(WifiError(step: .scan, reason: reason)))
  }
}
