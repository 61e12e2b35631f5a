import Admin
import PeerNet

/// A ``WifiDialogue`` on a real connection: does what it says and tells it what happened, until it has finished.
final class WifiSession: WifiWork {
  private var dialogue: WifiDialogue
  private let port: any SupplicantPort
  private let clock: any BoardClock
  private var completion: ((WifiDialogue.Result) -> Void)?
  private var connection: (any SupplicantConnection)?
  /// Tells a connection's callbacks from those of the one before.
  private var generation = 0
  /// The earliest alarm that is set.
  private var alarm: Instant?

  init(
    _ plan: WifiDialogue.Plan, port: any SupplicantPort, clock: any BoardClock,
    completion: @escaping (WifiDialogue.Result) -> Void
  ) {
    dialogue = WifiDialogue(plan, now: clock.now)
    self.port = port
    self.clock = clock
    self.completion = completion
  }

  var step: WifiError.Step? { dialogue.step }

  func start() { advance() }

  private func advance() {
    while let output = dialogue.nextOutput() {
      switch output {
      case .open: open()
      case .send(let command):
        if let connection, !connection.send(command) {
          disconnect()
          dialogue.handleSocketLost(now: clock.now)
        }
      case .finish(let result):
        disconnect()
        let completion = self.completion.take()
        completion?(result)
        return
      }
    }
    setAlarm()
  }

  private func open() {
    disconnect()
    let generation = self.generation
    connection = port.connect(
      onDatagram: { datagram in
        guard generation == self.generation else { return }
        self.dialogue.handleDatagram(datagram, now: self.clock.now)
        self.advance()
      },
      onLost: {
        guard generation == self.generation else { return }
        self.disconnect()
        self.dialogue.handleSocketLost(now: self.clock.now)
        self.advance()
      })
    if connection == nil, port.isForbidden {
      dialogue.handleSocketForbidden(now: clock.now)
    } else if connection == nil {
      dialogue.handleSocketLost(now: clock.now)
    } else {
      dialogue.handleSocketOpened(now: clock.now)
    }
  }

  private func disconnect() {
    generation += 1
    connection?.close()
    connection = nil
  }

  /// One alarm at a time, unless a nearer one is needed.
  private func setAlarm() {
    guard let deadline = dialogue.deadline else { return }
    if let alarm, alarm <= deadline { return }
    alarm = deadline
    clock.schedule(at: deadline) {
      if self.alarm == deadline { self.alarm = nil }
      guard self.completion != nil else { return }
      self.dialogue.timeout(now: self.clock.now)
      self.advance()
    }
  }
}
