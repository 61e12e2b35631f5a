import Admin
import PeerNet

/// An ``NmcliDialogue`` with a real NetworkManager: calls what it says and tells it how that went, until it has finished.
final class NmcliSession: WifiWork {
  private var dialogue: NmcliDialogue
  private let port: any NmcliPort
  private let clock: any BoardClock
  private var completion: ((WifiDialogue.Result) -> Void)?
  private var declined: ((WifiError.Reason) -> Void)?

  /// One of the two is called, once.
  init(
    _ plan: WifiDialogue.Plan, port: any NmcliPort, clock: any BoardClock,
    completion: @escaping (WifiDialogue.Result) -> Void, declined: @escaping (WifiError.Reason) -> Void
  ) {
    dialogue = NmcliDialogue(plan, interface: port.interface, now: clock.now)
    self.port = port
    self.clock = clock
    self.completion = completion
    self.declined = declined
  }

  var step: WifiError.Step? { dialogue.step }

  func start() { advance() }

  private func advance() {
    while let output = dialogue.nextOutput() { carryOut(output) }
    guard let deadline = dialogue.deadline else { return }
    clock.schedule(at: deadline) {
      self.dialogue.timeout(now: self.clock.now)
      self.advance()
    }
  }

  private func carryOut(_ output: NmcliDialogue.Output) {
    switch output {
    case .run(let command, let deadline):
      port.run(command, by: deadline) { outcome in
        self.dialogue.handleEnded(outcome, wireless: self.port.wireless, now: self.clock.now)
        self.advance()
      }
    case .finish(let result):
      let completion = self.completion.take()
      declined = nil
      completion?(result)
    case .decline(let reason):
      let declined = self.declined.take()
      completion = nil
      declined?(reason)
    }
  }
}
