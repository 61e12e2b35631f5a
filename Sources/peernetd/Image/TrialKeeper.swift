import Disk
import Linux
import PeerNet
import Reactor

/// Watches over a system that runs on trial, and carries out what the watch decides: the slot is confirmed, or the reason
/// is recorded and the board reboots.
final class TrialKeeper {
  private let disk: [UInt8]
  private let slot: Slot
  private let interfaces: [[UInt8]]
  private let thread: DiskThread
  private let log: Log
  private let reboot: () -> Void
  private var watch: TrialWatch
  private var monitor: InterfaceMonitor?
  private var verdict: TrialWatch.Verdict?
  /// When what was decided is tried, or tried again.
  private var due: Instant?

  private static var retryDelay: Duration { .seconds(2) }
  /// By then the reboot that was asked for has happened.
  private static var rebootDelay: Duration { .seconds(180) }

  /// Nil when nothing runs on trial. `reboot` is asked once more when nothing came of it.
  init?(
    _ configuration: Configuration, thread: DiskThread, log: Log, now: Instant, reboot: @escaping () -> Void
  ) {
    guard let path = configuration.image.disk, let running = configuration.image.running, running.isTrial else {
      return nil
    }
    // It was confirmed in the life of this system before.
    let environment = (try? BoardDisk(path, for: .reading).slotEnvironment())?.current
    if let environment, environment.trial != running.slot, environment.confirmed == running.slot { return nil }
    disk = path
    slot = running.slot
    interfaces = configuration.interfaces
    self.thread = thread
    self.log = log
    self.reboot = reboot
    watch = TrialWatch(
      patience: configuration.image.patience, networkTimeout: configuration.image.networkTimeout, now: now)
  }

  /// From now on the network is watched.
  func start(on reactor: Reactor) {
    log.write(.notice, "slot.on_trial", [.bytes("slot", [slot.letter])])
    do throws(Errno) {
      let monitor = try InterfaceMonitor(reactor: reactor)
      monitor.onChange = { [self] in
        watch.network(isUp: isNetworkUp(monitor.table), now: Instant(nanoseconds: reactor.now))
      }
      self.monitor = monitor
    } catch {
      // What cannot see its network is not healthy: it will be given up.
      log.write(.error, "slot.network_not_watched", [.bytes("reason", error.text)])
    }
  }

  /// A trusted peer was answered. One that is not on this machine came over a network.
  func served(from endpoint: Endpoint?, now: Instant) {
    if let endpoint, !endpoint.isLoopback { watch.network(isUp: true, now: now) }
    watch.served()
  }

  /// When `timeout` has something to do.
  var deadline: Instant? { due ?? watch.deadline }

  func timeout(at now: Instant) {
    if verdict == nil, let decided = watch.verdict(now: now) {
      verdict = decided
      due = now
    }
    guard let verdict, let due, now >= due else { return }
    switch verdict {
    case .confirm(let evidence): confirm(evidence, at: now)
    case .giveUp(let reason): giveUp(reason, at: now)
    }
  }

  /// Changes `slot.env` beside the loop; nothing more is decided until that is done.
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

  private func confirm(_ evidence: TrialWatch.Evidence, at now: Instant) {
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
        // Three boots end the trial all the same.
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

  private func isNetworkUp(_ table: InterfaceTable) -> Bool {
    table.interfaces.contains { interface in
      interface.isUp && interface.isRunning
        && (interfaces.isEmpty ? !interface.isLoopback : interfaces.contains(interface.name))
        && interface.addresses.contains { !$0.address.isLinkLocal }
    }
  }
}
