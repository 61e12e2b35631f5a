import Admin
import Linux
import PeerNet

/// Sees to it that a radio which was switched off for a restart comes on again. NetworkManager remembers the switch over
/// a reboot: a power cut in the wrong second would leave the board off its network for good. So a note is on the disk
/// before the radio goes off, and whoever finds it, be it the next agent, switches on until that has succeeded.
final class RadioNote: NmcliPort {
  static let interval = Duration.seconds(10)

  private let file: DurableFile
  private let port: any NmcliPort
  private let clock: any BoardClock
  private var isRestoring = false

  /// `path` is the note's; it says something while the radio is off.
  init(path: [UInt8], port: any NmcliPort, clock: any BoardClock) {
    file = DurableFile(path: path, limit: 16)
    self.port = port
    self.clock = clock
  }

  var interface: [UInt8] { port.interface }
  var wireless: [UInt8] { port.wireless }

  func run(_ command: NmcliCommand, by deadline: Instant, completion: @escaping (NmcliOutcome) -> Void) {
    // Without the note the radio stays on.
    if command == .switchOff, !write([UInt8]("off\n")) { return completion(.absent) }
    port.run(command, by: deadline) { outcome in
      if command == .switchOn, case .exited(code: 0, _, _) = outcome { _ = self.write([]) }
      completion(outcome)
    }
  }

  /// Switches the radio on if the note says that it may be off; again and again, for at a board's start NetworkManager
  /// may be later than the agent.
  func restore() {
    guard !isRestoring, isOff else { return }
    isRestoring = true
    run(.switchOn, by: clock.now + RadioNote.interval) { _ in
      self.clock.schedule(at: self.clock.now + RadioNote.interval) {
        self.isRestoring = false
        self.restore()
      }
    }
  }

  private var isOff: Bool {
    do throws(FileError) { return try file.read()?.isEmpty == false } catch { return false }
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
