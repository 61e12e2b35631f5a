import PeerNet

// The orderly end: services one by one, the last first, then all else, then the disk. Each step has its own limit, so the whole
// has one, and the watchdog is petted until reboot(2) is called and not a moment longer.
extension Supervisor {
  struct Ending: Equatable {
    enum Step: Equatable {
      /// A service was asked to end, and is killed at `killAt`; nil once it was.
      case service(Int, killAt: Instant?, until: Instant)
      case strays(wereKilled: Bool, until: Instant)
      case disk(pid: Int32?, until: Instant)
      case power(again: Instant)
    }

    let action: PowerAction
    var step: Step

    var deadline: Instant {
      switch step {
      case .service(_, let killAt, let until): min(killAt ?? .distantFuture, until)
      case .strays(_, let until), .disk(_, let until), .power(let until): until
      }
    }

    var diskChild: Int32? {
      if case .disk(let pid, _) = step { return pid }
      return nil
    }
  }

  /// What a service gets to end by itself.
  public static let grace = TimeSpan.seconds(5)
  /// After a kill, what the kernel gets to carry it out. A process that waits for a dead disk stays.
  static let killLimit = TimeSpan.seconds(1)
  static let strayGrace = TimeSpan.milliseconds(200)
  static let diskLimit = TimeSpan.seconds(10)
  static let powerLimit = TimeSpan.seconds(10)

  /// Somebody asks for the end. `detail` is who, for the record.
  public mutating func handleRequest(_ action: PowerAction, detail: [UInt8], now: Instant) {
    if case .ending = phase { return }
    log(action == .restart ? [UInt8]("restart: ") : [UInt8]("power off: "), detail, "")
    outputs.append(.record(action == .restart ? .reboot(detail: detail) : .powerOff(detail: detail)))
    end(action, now: now)
  }

  /// Begins the end, without a record.
  mutating func end(_ action: PowerAction, now: Instant) {
    if case .ending = phase { return }
    if case .preparing(.some(let pid), _) = phase { outputs.append(.end(pid: pid, killing: true)) }
    phase = .ending(Ending(action: action, step: .strays(wereKilled: false, until: now)))
    endService(before: services.count, now: now)
  }

  /// No process is left but process 1. Said at any time; it matters while strays are waited for.
  public mutating func handleCleared(now: Instant) {
    guard case .ending(var ending) = phase, case .strays = ending.step else { return }
    settleDisk(&ending, now: now)
    phase = .ending(ending)
  }

  private mutating func settleDisk(_ ending: inout Ending, now: Instant) {
    ending.step = .disk(pid: nil, until: now + Supervisor.diskLimit)
    outputs.append(.settleDisk)
  }

  /// The child that settles the disk runs.
  public mutating func handleSettling(pid: Int32) {
    guard case .ending(var ending) = phase, case .disk(_, let until) = ending.step else { return }
    ending.step = .disk(pid: pid, until: until)
    phase = .ending(ending)
  }

  /// The disk has all it will get.
  public mutating func handleSettled(now: Instant) {
    guard case .ending(var ending) = phase, case .disk = ending.step else { return }
    ending.step = .power(again: now + Supervisor.powerLimit)
    phase = .ending(ending)
    isPetting = false
    outputs.append(.power(ending.action))
  }

  /// Takes the next step if this one is done, or its time is up.
  mutating func goOn(now: Instant) {
    guard case .ending(var ending) = phase else { return }
    switch ending.step {
    case .service(let index, let killAt, let until):
      guard services.indices.contains(index), let pid = services[index].pid, now < until else {
        return endService(before: index, now: now)
      }
      if let killAt, killAt <= now {
        log(services[index].service.name, " does not end and is killed")
        outputs.append(.end(pid: pid, killing: true))
        ending.step = .service(index, killAt: nil, until: until)
      }
    case .strays(let wereKilled, let until):
      guard until <= now else { return }
      if wereKilled {
        settleDisk(&ending, now: now)
      } else {
        ending.step = .strays(wereKilled: true, until: now + Supervisor.strayGrace)
        outputs.append(.endStrays(killing: true))
      }
    case .disk(_, let until):
      guard until <= now else { return }
      log("the disk does not settle; the machine goes down all the same")
      return handleSettled(now: now)
    case .power(let again):
      guard again <= now else { return }
      // reboot(2) came back. Nobody pets the watchdog any more, and asking again costs nothing.
      ending.step = .power(again: now + Supervisor.powerLimit)
      outputs.append(.power(ending.action))
    }
    phase = .ending(ending)
  }

  /// Asks the last service before `index` that runs to end; when there is none, all that is left.
  private mutating func endService(before index: Int, now: Instant) {
    guard case .ending(var ending) = phase else { return }
    if let next = services.indices.prefix(index).last(where: { services[$0].pid != nil }), let pid = services[next].pid
    {
      let killAt = now + Supervisor.grace
      ending.step = .service(next, killAt: killAt, until: killAt + Supervisor.killLimit)
      outputs.append(.end(pid: pid, killing: false))
    } else {
      ending.step = .strays(wereKilled: false, until: now + Supervisor.strayGrace)
      outputs.append(.endStrays(killing: false))
    }
    phase = .ending(ending)
  }
}
