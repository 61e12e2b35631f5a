import ETF
import PeerNet

/// `system.reboot` and `system.poweroff`: what will be done, step by step. The caller has its answer before the first
/// step that it could not be given after.
public struct PowerPlan: Equatable, Sendable {
  /// How the board shall end.
  public enum Action: Equatable, Sendable {
    /// It comes back by itself.
    case reboot
    /// It stays off until someone turns it on.
    case powerOff

    /// Its name in answers.
    public var name: StaticString {
      switch self {
      case .reboot: "reboot"
      case .powerOff: "poweroff"
      }
    }
  }

  /// How the board shall end.
  public let action: Action
  /// From the answer to the first step that cannot be taken back.
  public let delay: TimeSpan
  /// Tell the steps and take none.
  public let isDryRun: Bool

  /// The delay is 0 to 3600 s for what a peer asked; more is not checked here.
  public init(_ action: Action, delay: TimeSpan = .seconds(1), isDryRun: Bool = false) {
    self.action = action
    self.delay = delay
    self.isDryRun = isDryRun
  }

  init(_ action: Action, _ arguments: Arguments) throws(ArgumentError) {
    self.init(
      action, delay: .seconds(try arguments.whole(.delay, in: 0...3600, otherwise: 1)),
      isDryRun: try arguments.flag(.dryRun))
  }

  /// An init that does not react within its grace is overruled by reboot(2).
  public func steps(under initSystem: InitSystem) -> [PowerStep] {
    if initSystem == .simulated { return [.answer, .wait(delay), .force(action)] }
    let signals = initSystem.signals(for: action).map { PowerStep.signalInit($0) }
    return [.answer, .wait(delay), .sync] + signals + [.wait(initSystem.grace), .sync, .force(action)]
  }

  /// The answer of `system.reboot` and `system.poweroff`, dry or not:
  ///
  /// | key | value |
  /// |---|---|
  /// | `action` | `reboot` or `poweroff` |
  /// | `delay` | seconds from this answer |
  /// | `dry_run` | `true`: nothing will happen |
  /// | `init` | what the steps are made for: `systemd`, `other`, `simulated` |
  /// | `steps` | what is done, in order: a list of binaries |
  ///
  /// Where it is not known under which init it was done, `init` is left out and `steps` is empty.
  public func answer(under initSystem: InitSystem?) -> Term {
    var answer = Answer()
    answer.put("action", text: action.name)
    answer.put("delay", delay.seconds)
    answer.put("dry_run", flag: isDryRun)
    var steps: [Term] = []
    if let initSystem {
      answer.put("init", text: initSystem.name)
      steps = self.steps(under: initSystem).map { .binary($0.text) }
    }
    answer.put("steps", .list(steps))
    return answer.term
  }
}

/// One step of a power plan.
public enum PowerStep: Equatable, Sendable {
  /// Until then nothing happened.
  case answer
  /// Nothing, for that long.
  case wait(TimeSpan)
  /// Write out what is cached, sync(2).
  case sync
  /// Ask process 1, which may take its time or do nothing.
  case signalInit(InitSignal)
  /// reboot(2), without asking anyone.
  case force(PowerPlan.Action)

  /// For the operator: `signal init 39`
  public var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .answer: text += "answer"
    case .wait(let span):
      text += "wait "
      text.append(decimal: span.seconds)
      text += " s"
    case .sync: text += "sync"
    case .signalInit(let signal):
      text += "signal init "
      text.append(decimal: signal.rawValue)
    case .force(let action):
      text += "force "
      text += action.name
    }
    return text
  }
}
