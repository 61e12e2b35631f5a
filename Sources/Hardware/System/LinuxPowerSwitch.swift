import Admin
import Basics
import Linux
import Reactor

/// This machine's power, by way of its init or, at the last, the kernel.
final class LinuxPowerSwitch: PowerSwitch {
  /// sync(2) takes as long as the slowest disk: a child does it, and the reboot waits no longer than this.
  private static let syncTime = TimeSpan.seconds(10)

  private let reactor: Reactor
  private let root: [UInt8]

  /// `root` stands before the path that is looked at: empty but for tests.
  init(reactor: Reactor, root: [UInt8] = []) {
    self.reactor = reactor
    self.root = root
  }

  /// systemd makes this folder, and only if it is process 1 (sd_booted(3)).
  var initSystem: InitSystem {
    do throws(FileError) {
      _ = try readFile(root + [UInt8]("/run/systemd/system"), limit: 0)
    } catch .system(let error) where error.code == .noSuchFile {
      return .other
    } catch {
      // A folder is there, but is not read as a file.
    }
    return .systemd
  }

  var isPermitted: Bool { InitProcess.isWithinReach }

  func sync(_ done: @escaping () -> Void) {
    do throws(Errno) {
      _ = try Subprocess(syncingBy: Clock.now() + LinuxPowerSwitch.syncTime, reactor: reactor) { _ in done() }
    } catch {
      // Without a child there is no sync, which is no reason to stay.
      done()
    }
  }

  /// A refusal shows in the board's still being there; the next step overrules it.
  func signalInit(_ signal: InitSignal) {
    try? InitProcess.signal(signal.rawValue)
  }

  func force(_ action: PowerPlan.Action) {
    switch action {
    case .reboot: try? System.reboot(.restart)
    case .powerOff: try? System.reboot(.powerOff)
    }
  }
}
