import PeerNet

/// What process 1 of a board does and when: prepares it, keeps its services running, pets the watchdog while they are well, and
/// ends it all in order. A value without I/O: it is told what happened, and says what to do.
///
/// Whoever drives it carries out every ``nextOutput()`` after each `handle…(now:)`, and calls ``timeout(now:)`` at ``deadline``.
public struct Supervisor {
  /// What to do.
  public enum Output: Equatable, Sendable {
    /// Run the board's start script; then ``handlePreparing(pid:)``, or ``handlePrepared(now:)`` when there is nothing to run.
    case prepare
    /// The preparation is over, well or not: say ``handleServices(_:now:)``.
    case begin
    /// Look whether all that this service needs is there; if so, ``handleFound(service:now:)``.
    case look(service: Int)
    /// Start it; then ``handleStarted(service:pid:now:)`` or ``handleFailed(service:now:)``.
    case start(service: Int)
    /// Ask a process and its group to end, or kill them.
    case end(pid: Int32, killing: Bool)
    /// Write a line to the log.
    case log(isWarning: Bool, [UInt8])
    /// Show the hardware watchdog a sign of life.
    case pet
    /// Have the hardware watchdog reset the machine as soon as it can: nothing is left to wait for.
    case hasten
    /// Write this to the data partition, durably.
    case record(ResetRecord)
    /// Ask all processes that are left to end, or kill them; ``handleCleared(now:)`` when there is none.
    case endStrays(killing: Bool)
    /// Let go of the data partition and have a child unmount it; then ``handleSettling(pid:)`` or ``handleSettled(now:)``.
    case settleDisk
    /// Restart the machine, or switch it off. Nothing may hold this up.
    case power(PowerAction)
  }

  /// How the machine's run ends.
  public enum PowerAction: Equatable, Sendable {
    /// It starts again.
    case restart
    /// It stays off.
    case powerOff
  }

  /// The longest that the start script may take.
  public static let preparationLimit = TimeSpan.seconds(90)
  /// Between two signs of life for the hardware: a third of the shortest patience among the boards, 15 s, and a bit less.
  public static let petInterval = TimeSpan.seconds(4)
  /// How often is looked for what a service needs.
  public static let lookInterval = TimeSpan.milliseconds(250)
  /// A watchdog that was given up on has reset the machine by now, or there is none: then software must.
  public static let resetLimit = TimeSpan.seconds(60)

  var services: [ServiceRun] = []
  var phase: Phase
  var isPetting = true
  var outputs: [Output] = [.prepare]
  private var nextPet: Instant
  /// When the watchdog should have reset the machine, once it is not petted any more.
  private var resetBy: Instant?

  enum Phase: Equatable {
    case preparing(pid: Int32?, until: Instant)
    case beginning
    case running
    case ending(Ending)
  }

  /// Begins with the preparation.
  public init(now: Instant) {
    phase = .preparing(pid: nil, until: now + Supervisor.preparationLimit)
    nextPet = now
  }

  /// What to do next; nil when there is nothing to do until something happens or ``deadline`` comes.
  public mutating func nextOutput() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

  /// When ``timeout(now:)`` is due.
  public var deadline: Instant {
    var earliest = isPetting ? nextPet : .distantFuture
    if let resetBy { earliest = min(earliest, resetBy) }
    switch phase {
    case .preparing(_, let until): earliest = min(earliest, until)
    case .beginning: break
    case .running:
      for service in services { earliest = min(earliest, service.deadline(isPetting: isPetting)) }
    case .ending(let ending): earliest = min(earliest, ending.deadline)
    }
    return earliest
  }

  /// Time has come that far.
  public mutating func timeout(now: Instant) {
    switch phase {
    case .preparing(let pid, let until):
      if until <= now {
        log("the start script takes too long and is killed; the board goes on as well as it can")
        if let pid { outputs.append(.end(pid: pid, killing: true)) }
        phase = .beginning
        outputs.append(.begin)
      }
    case .beginning: break
    case .running:
      for index in services.indices {
        if let output = services[index].timeout(index, at: now) { outputs.append(output) }
      }
      if isPetting { judge(now: now) }
    case .ending: goOn(now: now)
    }
    if let resetBy, resetBy <= now {
      self.resetBy = nil
      log("the watchdog has not reset the machine: it is restarted")
      end(.restart, now: now)
    }
    if isPetting, nextPet <= now {
      outputs.append(.pet)
      nextPet = now + Supervisor.petInterval
    }
  }

  // MARK: Preparation

  /// The start script runs.
  public mutating func handlePreparing(pid: Int32) {
    guard case .preparing(_, let until) = phase else { return }
    phase = .preparing(pid: pid, until: until)
  }

  /// There is no start script, or it could not be started.
  public mutating func handlePrepared(now: Instant) {
    guard case .preparing = phase else { return }
    phase = .beginning
    outputs.append(.begin)
  }

  /// Takes charge of the services, which start as soon as what they need is there.
  public mutating func handleServices(_ list: [Service], now: Instant) {
    guard phase == .beginning else { return }
    phase = .running
    services = list.map { ServiceRun($0, now: now) }
    // A board that runs nothing can only be helped by another slot, and U-Boot gives that when this one does not last.
    if list.isEmpty { giveUp([UInt8]("there is nothing to run"), now: now) }
    timeout(now: now)
  }

  // MARK: Services

  /// All that the service needs is there.
  public mutating func handleFound(service index: Int, now: Instant) {
    guard phase == .running, services.indices.contains(index) else { return }
    if services[index].found() { outputs.append(.start(service: index)) }
  }

  /// It runs.
  public mutating func handleStarted(service index: Int, pid: Int32, now: Instant) {
    guard services.indices.contains(index) else { return }
    services[index].started(pid: pid, at: now)
    log(services[index].service.name, " is started", isWarning: false)
    // Asked to end in between: it must not be forgotten.
    if case .ending = phase { outputs.append(.end(pid: pid, killing: true)) }
  }

  /// It could not be started.
  public mutating func handleFailed(service index: Int, now: Instant) {
    guard services.indices.contains(index) else { return }
    _ = services[index].ended(at: now)
  }

  /// A child has ended: a service, the start script, the child that settles the disk, or nobody's.
  public mutating func handleEnded(pid: Int32, _ text: [UInt8], wasWell: Bool, now: Instant) {
    if let index = services.firstIndex(where: { $0.pid == pid }) {
      // What it has started must not live on beside its successor.
      outputs.append(.end(pid: pid, killing: true))
      let (ran, rest) = services[index].ended(at: now)
      var line = services[index].service.name + [UInt8](" ") + text
      line += " after "
      line.append(decimal: ran.seconds)
      line += " s"
      if case .running = phase {
        line += "; again in "
        line.append(decimal: rest.seconds)
        line += " s"
      }
      outputs.append(.log(isWarning: phase == .running, line))
      goOn(now: now)
    } else if case .preparing(.some(pid), _) = phase {
      if !wasWell { log([UInt8]("the start script "), text, "; the board goes on as well as it can") }
      handlePrepared(now: now)
    } else if case .ending(let ending) = phase, ending.diskChild == pid {
      handleSettled(now: now)
    }
  }

  /// The number of the service that runs as that process.
  public func service(ofProcess pid: Int32) -> Int? { services.firstIndex { $0.pid == pid } }

  /// A message of sd_notify(3) from that process.
  public mutating func handleNotification(pid: Int32, _ notification: Notification, now: Instant) {
    guard let index = services.firstIndex(where: { $0.pid == pid && $0.service.notifies }) else { return }
    services[index].health?.told(notification, at: now)
  }

  /// Stops petting once a service that notifies is past its deadline. There is no way back: the record is written.
  private mutating func judge(now: Instant) {
    for service in services {
      guard let health = service.health, health.deadline <= now else { continue }
      let reason = health.failure(of: service.service.name, at: now)
      return giveUp(reason, now: now)
    }
  }

  private mutating func giveUp(_ reason: [UInt8], now: Instant) {
    isPetting = false
    resetBy = now + Supervisor.resetLimit
    log(reason, ": the watchdog is not petted any more")
    outputs.append(.record(.watchdog(detail: reason)))
    outputs.append(.hasten)
  }

  // MARK: Text

  mutating func log(_ text: StaticString) { outputs.append(.log(isWarning: true, text.bytes)) }

  mutating func log(_ name: [UInt8], _ text: StaticString, isWarning: Bool = true) {
    outputs.append(.log(isWarning: isWarning, name + text.bytes))
  }

  mutating func log(_ text: [UInt8], _ more: [UInt8], _ rest: StaticString) {
    outputs.append(.log(isWarning: true, text + more + rest.bytes))
  }
}
