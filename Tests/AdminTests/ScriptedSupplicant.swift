import PeerNet

@testable import Admin

/// A dialogue in virtual time, with a supplicant that a test scripts: what it does when it is opened and what it says to
/// each command.
struct ScriptedSupplicant {
  enum Act {
    case say(String)
    case bytes([UInt8])
    case die
  }

  /// What was done, in order, with its time in milliseconds.
  private(set) var trace: [String] = []
  private(set) var result: WifiDialogue.Result?
  private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
  private let start = Instant(nanoseconds: 1_000_000_000_000)
  private var dialogue: WifiDialogue
  private var pending: [(at: Instant, connection: Int, act: Act)] = []
  private var connection = 0
  private var isOpen = false

  init(_ plan: WifiDialogue.Plan) { dialogue = WifiDialogue(plan, now: now) }

  var milliseconds: Int64 { (now - start).milliseconds }
  var commands: [SupplicantCommand] = []

  /// Runs to the end. `isThere` tells whether a socket can be opened at a time in milliseconds; `answers` what follows a
  /// command, each some milliseconds after it.
  mutating func run(
    isThere: (Int64) -> Bool = { _ in true }, isForbidden: (Int64) -> Bool = { _ in false },
    _ answers: (SupplicantCommand, Int64) -> [(Int64, Act)]
  ) -> WifiDialogue.Result? {
    for _ in 0..<100_000 {
      while let output = dialogue.nextOutput() {
        switch output {
        case .open:
          connection += 1
          isOpen = isThere(milliseconds) && !isForbidden(milliseconds)
          trace.append("open")
          if isForbidden(milliseconds) {
            dialogue.handleSocketForbidden(now: now)
          } else if isOpen {
            dialogue.handleSocketOpened(now: now)
          } else {
            dialogue.handleSocketLost(now: now)
          }
        case .send(let command):
          commands.append(command)
          trace.append("\(command) \(milliseconds)")
          for (delay, act) in answers(command, milliseconds) {
            pending.append((now + .milliseconds(delay), connection, act))
          }
        case .finish(let finished):
          precondition(result == nil, "finished twice")
          result = finished
        }
      }
      if result != nil && dialogue.deadline == nil { return result }
      step()
    }
    return nil
  }

  private mutating func step() {
    let next = pending.indices.min { pending[$0].at < pending[$1].at }
    if let next, pending[next].at <= dialogue.deadline ?? .distantFuture {
      let event = pending.remove(at: next)
      now = max(now, event.at)
      guard event.connection == connection, isOpen else { return }
      switch event.act {
      case .say(let words): dialogue.handleDatagram(Array(words.utf8), now: now)
      case .bytes(let bytes): dialogue.handleDatagram(bytes, now: now)
      case .die:
        isOpen = false
        dialogue.handleSocketLost(now: now)
      }
    } else if let deadline = dialogue.deadline {
      now = max(now, deadline)
      dialogue.timeout(now: now)
    }
  }
}

let completed = "bssid=02:00:00:00:01:00\nfreq=2412\nssid=home\nwpa_state=COMPLETED\nip_address=192.0.2.7\n"
let scanning = "wpa_state=SCANNING\n"
let connectedEvent = "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:01:00 completed [id=0 id_str=]"

/// A supplicant in good health: leaves the network on RECONFIGURE or REASSOCIATE and is back after a while.
struct HealthySupplicant {
  var backAfter: Int64 = 800
  var leftAt: Int64?
  /// nil: as long as it wants.
  var terminatedAt: Int64?
  var comesBack = true

  func isConnected(_ now: Int64) -> Bool {
    guard let leftAt else { return true }
    return comesBack && now >= leftAt + backAfter
  }

  mutating func answer(_ command: SupplicantCommand, _ now: Int64) -> [(Int64, ScriptedSupplicant.Act)] {
    switch command {
    case .attach: return [(1, .say("OK\n"))]
    case .ping: return [(1, .say("PONG\n"))]
    case .status: return [(1, .say(isConnected(now) ? completed : scanning))]
    case .signalPoll: return [(1, .say("RSSI=-60\nLINKSPEED=65\n"))]
    case .reconfigure, .reassociate:
      leftAt = now
      return [(1, .say("OK\n"))] + (comesBack ? [(backAfter, .say(connectedEvent))] : [])
    case .terminate:
      terminatedAt = now
      leftAt = now
      comesBack = true
      return [(1, .say("OK\n")), (20, .die)]
    case .scan: return [(1, .say("OK\n")), (900, .say("<3>CTRL-EVENT-SCAN-RESULTS "))]
    case .scanResults: return [(1, .say("bssid / frequency / signal level / flags / ssid\n"))]
    case .bss: return [(1, .say("FAIL\n"))]
    }
  }
}
