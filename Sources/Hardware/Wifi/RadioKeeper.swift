import Admin
import Linux
import PeerNet

/// Sees to it that a restart does not leave a radio of NetworkManager's without its network.
///
/// - NetworkManager remembers that the radio was switched off, also over a reboot: a power cut in the wrong second would
///   leave the board off its network for good. So a note is on the disk before the radio goes off, and whoever finds it,
///   be it the next agent, switches on until that has succeeded.
/// - NetworkManager no longer connects by itself after an access point refused the key, which access points with a bad
///   link do now and then. So after a restart that failed the connection is activated once a minute until there is one.
final class RadioKeeper: NmcliPort {
  static let switchInterval = TimeSpan.seconds(10)
  static let connectInterval = TimeSpan.seconds(60)

  private let file: DurableFile
  private let port: any NmcliPort
  private let clock: any BoardClock
  private var isRestoring = false
  private var isConnecting = false
  /// The one that was activated last.
  private var connection: ConnectionIdentifier?
  private var isDown = false

  /// `path` is the note's: while the radio is off it holds the connection that was in use, or some word.
  init(path: [UInt8], port: any NmcliPort, clock: any BoardClock) {
    file = DurableFile(path: path, limit: 64)
    self.port = port
    self.clock = clock
  }

  var interface: [UInt8] { port.interface }
  var wireless: [UInt8] { port.wireless }

  func run(_ command: NmcliCommand, by deadline: Instant, completion: @escaping (NmcliOutcome) -> Void) {
    // Without the note the radio stays on.
    if command == .switchOff, !write(connection?.bytes ?? [UInt8]("off")) {
      return completion(NmcliOutcome(.absent))
    }
    if case .activate(let connection, _) = command { self.connection = connection }
    port.run(command, by: deadline) { outcome in
      if command == .switchOn, outcome.isDone { _ = self.write([]) }
      completion(outcome)
    }
  }

  /// Switches the radio on if the note says that it may be off; again and again, for at a board's start NetworkManager
  /// may be later than the agent.
  func restore() {
    let note = note
    guard !isRestoring, !note.isEmpty else { return }
    isRestoring = true
    connection = connection ?? ConnectionIdentifier(note)
    run(.switchOn, by: clock.now + RadioKeeper.switchInterval) { outcome in
      if outcome.isDone { self.isDown = true }
      self.connect()
      self.clock.schedule(at: self.clock.now + RadioKeeper.switchInterval) {
        self.isRestoring = false
        self.restore()
      }
    }
  }

  /// A restart has come to that.
  func keep(after result: WifiDialogue.Result) {
    if case .failed = result { isDown = true } else { isDown = false }
    restore()
    connect()
  }

  private func connect() {
    guard isDown, !isConnecting else { return }
    isConnecting = true
    clock.schedule(at: clock.now + RadioKeeper.connectInterval) {
      self.run(.device, by: self.clock.now + RadioKeeper.switchInterval) { outcome in
        self.isConnecting = false
        if outcome.tellsConnected { self.isDown = false }
        if outcome.tellsIdle, self.isDown {
          let command = self.connection.map { NmcliCommand.activate($0, wait: 1) } ?? .connect(wait: 1)
          self.run(command, by: self.clock.now + RadioKeeper.switchInterval) { _ in }
        }
        self.connect()
      }
    }
  }

  private var note: [UInt8] {
    do throws(FileError) { return try file.read() ?? [] } catch { return [] }
  }

  private func write(_ text: [UInt8]) -> Bool {
    do throws(FileError) {
      try file.write(text, waitingForLock: false)
      return true
    } catch {
      return false
    }
  }
}
