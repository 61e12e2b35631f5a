import PeerNet

@testable import Admin

/// An ``NmcliDialogue`` in virtual time, with a NetworkManager that a test scripts: how long each call takes and how it ends.
struct ScriptedNmcli {
  private(set) var commands: [NmcliCommand] = []
  private(set) var result: WifiDialogue.Result?
  private(set) var declined: WifiError.Reason?
  private(set) var milliseconds: Int64 = 0
  private var dialogue: NmcliDialogue
  private let start = Instant(nanoseconds: 1_000_000_000_000)
  private var now: Instant { start + .milliseconds(milliseconds) }
  /// The step after each call.
  private(set) var steps: [WifiError.Step?] = []

  init(_ plan: WifiDialogue.Plan) { dialogue = NmcliDialogue(plan, interface: bytes("wlan0"), now: start) }

  /// Runs to the end. A call that takes longer than it may is killed.
  mutating func run(_ answer: (NmcliCommand, Int64) -> (Int64, NmcliOutcome)) {
    for _ in 0..<1_000 {
      switch dialogue.nextOutput() {
      case .run(let command, let deadline):
        commands.append(command)
        let (takes, outcome) = answer(command, milliseconds)
        let limit = max(0, (deadline - now).milliseconds)
        milliseconds += min(takes, limit)
        dialogue.handleEnded(
          takes <= limit ? outcome : NmcliOutcome(.timedOut), wireless: bytes(NmcliRecordings.wireless), now: now)
        steps.append(dialogue.step)
      case .finish(let result):
        self.result = result
        return
      case .decline(let reason):
        declined = reason
        return
      case nil:
        guard let end = dialogue.deadline else { return }
        milliseconds += (end - now).milliseconds
        dialogue.timeout(now: now)
      }
    }
  }
}

func done(_ output: String = "") -> NmcliOutcome { NmcliOutcome(.exited(0), output: bytes(output)) }
func ended(_ code: Int32, _ errors: String = "") -> NmcliOutcome { NmcliOutcome(.exited(code), errors: bytes(errors)) }

/// A NetworkManager in good health, a second after each activation.
struct HealthyManager {
  var state = 100
  var isOn = true
  /// Of what is activated.
  var activation = done("Connection successfully activated\n")

  mutating func answer(_ command: NmcliCommand) -> (Int64, NmcliOutcome) {
    switch command {
    case .device:
      let standing: [Int: String] = [
        100: NmcliRecordings.connected, 50: NmcliRecordings.connecting, 30: NmcliRecordings.disconnected,
        20: NmcliRecordings.unavailable,
      ]
      return (300, done(standing[isOn ? state : 20]!))
    case .radio: return (300, done(isOn ? NmcliRecordings.switchedOn : NmcliRecordings.switchedOff))
    case .networks: return (300, done(NmcliRecordings.networks))
    case .scan: return (4_000, done(NmcliRecordings.networks))
    case .activate, .connect:
      state = activation.isDone ? 100 : 30
      return (5_000, activation)
    case .switchOff:
      isOn = false
      return (500, done())
    case .switchOn:
      isOn = true
      state = 30
      return (500, done())
    }
  }
}
