import Disk
import Linux
import PeerNet
import Reactor

/// Watches over a system that runs on trial, and carries out what its trial comes to: the slot is confirmed, or the reason
/// is recorded and the board reboots.
final class TrialKeeper {
  private let disk: [UInt8]
  private let slot: Slot
  private let interfaces: [[UInt8]]
  private let thread: DiskThread
  private let path: TrialPath
  private let log: Log
  private let reboot: () -> Void
  private var trial: Trial
  private var monitor: InterfaceMonitor?
  private var verdict: Trial.Verdict?
  /// When what was decided is tried, or tried again.
  private var due: Instant?

  private static var retryDelay: TimeSpan { .seconds(2) }
  /// By then the reboot that was asked for has happened.
  private static var rebootDelay: TimeSpan { .seconds(180) }

  /// Nil when no system is on trial. The system has to be reachable over `path`. `reboot` is called again if the first
  /// call had no effect.
  init?(
    _ configuration: Configuration, thread: DiskThread, path needed: @autoclosure () -> TrialPath, log: Log,
    now: Instant, reboot: @escaping () -> Void
  ) {
    guard let disk = configuration.image.disk, let running = configuration.image.running, running.isTrial else {
      return nil
    }
    // It was confirmed in the life of this system before.
    let environment = (try? BoardDisk(disk, for: .reading).slotEnvironment())?.current
    if let environment, environment.trial != running.slot, environment.confirmed == running.slot { return nil }
    self.disk = disk
    slot = running.slot
    interfaces = configuration.interfaces
    self.thread = thread
    self.log = log
    self.reboot = reboot
    path = needed()
    trial = Trial(
      path: path, patience: configuration.image.patience, networkTimeout: configuration.image.networkTimeout, now: now)
  }

  /// From now on the network is watched.
  func start(on reactor: Reactor) {
    log.write(.notice, "slot.on_trial", [.bytes("slot", [slot.letter]), .bytes("path", pathText)])
    do throws(Errno) {
      let monitor = try InterfaceMonitor(reactor: reactor)
      monitor.onChange = { [self] in
        trial.handleNetworks(networks(monitor.table), now: reactor.now)
        takeVerdict(now: reactor.now)
      }
      self.monitor = monitor
    } catch {
      // What cannot see its network is not healthy: it will be given up.
      log.write(.error, "slot.network_not_watched", [.bytes("reason", error.text)])
    }
  }

  /// A trusted peer was answered. One that is not on this machine came over a network.
  func served(from endpoint: Endpoint?, over interface: [UInt8]?, now: Instant) {
    trial.handleServed(over: interface, provesNetwork: endpoint.map { !$0.isLoopback } ?? false, now: now)
    takeVerdict(now: now)
  }

  /// When `timeout` has something to do.
  var deadline: Instant? { due ?? trial.deadline }

  func timeout(at now: Instant) {
    trial.timeout(now: now)
    takeVerdict(now: now)
    guard let verdict, let due, now >= due else { return }
    switch verdict {
    case .confirm(let evidence): confirm(evidence, at: now)
    case .giveUp(let reason): giveUp(reason, at: now)
    }
  }

  /// Acts on a verdict at the next turn.
  private func takeVerdict(now: Instant) {
    guard let decided = trial.nextOutput() else { return }
    verdict = decided
    due = now
  }

  /// Changes `slot.env` on another thread; the next decision waits until that is done.
  private func apply(_ change: SlotChange, then: @escaping (Result<SlotEnvironment, ImageError>) -> Void) {
    due = .distantFuture
    var result = Result<SlotEnvironment, ImageError>.failure(.notKept)
    thread.run({ [disk, slot] in
      do throws(ImageError) {
        result = .success(try BoardDisk(disk, for: .writing).apply(change, running: slot))
      } catch {
        result = .failure(error)
      }
    }) { then(result) }
  }

  private func confirm(_ evidence: Trial.Evidence, at now: Instant) {
    apply(.confirm) { [self] result in
      switch result {
      case .success:
        log.write(
          .notice, "slot.confirmed",
          [.bytes("slot", [slot.letter]), .literal("by", evidence == .servedPeer ? "peer" : "patience")])
        end()
      case .failure(let error):
        log.writeFailure(
          .error, "slot.not_confirmed", about: [.bytes("slot", [slot.letter])], [.bytes("reason", error.text)], at: now)
        due = now + Self.retryDelay
      }
    }
  }

  private func giveUp(_ reason: SlotEnvironment.Reason, at now: Instant) {
    apply(.fail(reason)) { [self] result in
      switch result {
      case .success(let environment):
        guard environment.trial != nil else {
          log.write(.notice, "slot.confirmed", [.bytes("slot", [slot.letter]), .literal("by", "operator")])
          return end()
        }
      case .failure(let error):
        // Three boots end the trial anyway.
        log.write(.error, "slot.reason_not_written", [.bytes("reason", error.text)])
      }
      log.write(.error, "slot.given_up", [.bytes("slot", [slot.letter]), .bytes("reason", reason.text)])
      due = now + Self.rebootDelay
      reboot()
    }
  }

  private func end() {
    monitor?.close()
    monitor = nil
    due = nil
  }

  /// Which of the allowed interfaces have a network.
  private func networks(_ table: InterfaceTable) -> [[UInt8]] {
    var names: [[UInt8]] = []
    for interface in table.interfaces where interface.isUp && interface.isRunning {
      guard interfaces.isEmpty ? !interface.isLoopback : interfaces.contains(interface.name),
        interface.addresses.contains(where: { !$0.address.isLinkLocal })
      else { continue }
      names.append(interface.name)
    }
    return names
  }

  private var pathText: [UInt8] {
    guard case .interfaces(let names) = path else { return Array("any".utf8) }
    var text: [UInt8] = []
    for name in names {
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      text += name
    }
    return text
  }
}
