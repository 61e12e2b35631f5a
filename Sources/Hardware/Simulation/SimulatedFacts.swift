import Admin
import Linux
import PeerNet

/// The machine that runs the simulation, as a board that started when the agent did.
final class SimulatedFacts: SystemFacts {
  private let machine = LinuxFacts()
  private let clock: any BoardClock
  private let startedAt: Instant
  private let bootIdentifier: [UInt8]?

  init(clock: any BoardClock) {
    self.clock = clock
    startedAt = clock.now
    let identifier = try? readFile([UInt8]("/proc/sys/kernel/random/uuid"), limit: 256)
    bootIdentifier = identifier.map { [UInt8]($0.prefix { $0 != 0x0a }) }
  }

  func systemInfo() -> SystemInfo {
    var info = machine.systemInfo()
    info.boardModel = [UInt8]("simulated")
    info.bootIdentifier = bootIdentifier
    info.uptime = (clock.now - startedAt).seconds
    info.isSimulated = true
    return info
  }
}
