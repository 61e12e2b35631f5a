import Disk
import Linux
import PeerNet
import Reactor

/// Keeps the list of interfaces over which trusted peers reach a confirmed system; the trial of the next system needs
/// it. The file is written only when an interface is new since the start, so a few times at most.
final class ReachKeeper {
  private let file: DurableFile
  private let thread: DiskThread
  private let log: Log
  private let radio: [UInt8]?
  /// Nil on a system that is on trial, or has no slots: it leaves the file alone.
  private var reached: ReachedBy?

  /// `radio` is the interface of the board's radio.
  init(_ configuration: Configuration, _ paths: StatePaths, thread: DiskThread, radio: [UInt8]?, log: Log) {
    file = DurableFile(path: paths.reached, limit: 1024)
    self.thread = thread
    self.log = log
    self.radio = radio
    if configuration.image.disk != nil, let running = configuration.image.running, !running.isTrial {
      reached = ReachedBy()
    }
  }

  /// Whether it has to be told about peers.
  var isKeeping: Bool { reached != nil }

  /// The interfaces over which a system on trial must be reachable: as the operator configured, otherwise those over
  /// which the previous system was reached.
  func path(_ setting: TrialPath?) -> TrialPath {
    if let setting { return setting }
    do throws(FileError) {
      guard let text = try file.read() else { return .any }
      if let before = ReachedBy(text) { return before.path(radio: radio) }
      log.write(.warning, "reached.damaged", [.bytes("path", file.path)])
    } catch {
      log.write(.warning, "reached.damaged", [.bytes("path", file.path), .bytes("reason", error.text)])
    }
    return .any
  }

  /// A trusted peer was answered over this interface.
  func served(over interface: [UInt8]?) {
    guard let interface, reached?.note(interface) == true, let reached else { return }
    var failure: FileError?
    thread.run({ [file] in
      do throws(FileError) { try file.write(reached.text, waitingForLock: false) } catch { failure = error }
    }) { [self] in
      if let failure { log.write(.warning, "reached.not_written", [.bytes("reason", failure.text)]) }
    }
  }
}
