import PeerNet

/// A wifi procedure as a conversation with wpa_supplicant, without the socket: what the socket did and what time it is
/// go in, what to do with it and in the end exactly one ``Output/finish(_:)`` come out. It ends at its total deadline
/// whatever the supplicant does.
public struct WifiDialogue: Sendable {
  /// What the dialogue is to reach.
  public enum Plan: Equatable, Sendable {
    /// Ask for the link.
    case status
    /// Scan, and ask for what was found.
    case scan
    /// Associate anew.
    case restart(WifiRestart.Options)
  }

  /// What to do with the socket.
  public enum Output: Equatable, Sendable {
    /// Open a fresh connection to the control socket, close the one there may be, and say ``handleSocketOpened(now:)`` or
    /// ``handleSocketLost(now:)``.
    case open
    /// Send the command; its answer goes in as ``handleDatagram(_:now:)``.
    case send(SupplicantCommand)
    /// The last output: nothing more is wanted of the socket.
    case finish(Result)
  }

  /// What the dialogue came to.
  public enum Result: Equatable, Sendable {
    /// The link as it is.
    case status(WifiStatus)
    /// The networks in sight.
    case scan(ScanList)
    /// Associated anew.
    case restarted(WifiRestart.Success)
    /// It ended before that: the step and the reason.
    case failed(WifiError)
  }

  private enum Work: Sendable {
    case status(WifiQuery)
    case scan(WifiScan)
    case restart(WifiRestart)
    case finished
  }

  private var link = SupplicantLink()
  private var work: Work
  private var result: Result?

  /// Begins at once: the first output waits.
  public init(_ plan: Plan, now: Instant) {
    switch plan {
    case .status: work = .status(WifiQuery(now: now))
    case .scan: work = .scan(WifiScan(now: now))
    case .restart(let options): work = .restart(WifiRestart(options, now: now))
    }
    link.open()
  }

  /// When ``timeout(now:)`` is due; nil once finished.
  public var deadline: Instant? {
    let due: Instant
    switch work {
    case .status(let query): due = query.wakeAt
    case .scan(let scan): due = scan.wakeAt
    case .restart(let restart): due = restart.wakeAt
    case .finished: return nil
    }
    return link.deadline.map { min($0, due) } ?? due
  }

  /// The step a restart is at.
  public var step: WifiError.Step? {
    if case .restart(let restart) = work { restart.step } else { nil }
  }

  /// What to do next; nil when there is nothing to do until something happens or ``deadline`` comes.
  public mutating func nextOutput() -> Output? {
    if let result {
      self.result = nil
      return .finish(result)
    }
    if case .finished = work { return nil }
    switch link.nextOutput() {
    case .open: return .open
    case .send(let command): return .send(command)
    case nil: return nil
    }
  }

  /// A fresh connection is there.
  public mutating func handleSocketOpened(now: Instant) { take(link.socketOpened(now: now), now) }

  /// The connection could not be had, or is gone.
  public mutating func handleSocketLost(now: Instant) { take(link.socketLost(now: now), now) }

  /// The control socket exists, but this process may not open it. Waiting helps only when the supplicant was just
  /// started: it creates the socket before it gives its group access.
  public mutating func handleSocketForbidden(now: Instant) {
    if case .restart(let restart) = work, restart.step != .reach { return handleSocketLost(now: now) }
    if case .finished = work { return }
    finish(.failed(WifiError(step: .reach, reason: .notPermitted)))
  }

  /// A datagram, cut at ``SupplicantMessage/maximumBytes`` if it was longer.
  public mutating func handleDatagram(_ datagram: [UInt8], now: Instant) { take(link.receive(datagram, now: now), now) }

  /// ``deadline`` has come. Too early a call does nothing.
  public mutating func timeout(now: Instant) {
    take(link.timeout(now: now), now)
    var ended: Result?
    switch work {
    case .status(var query):
      ended = query.wake(link: &link, now: now)
      work = .status(query)
    case .scan(var scan):
      ended = scan.wake(link: &link, now: now)
      work = .scan(scan)
    case .restart(var restart):
      ended = restart.wake(link: &link, now: now)
      work = .restart(restart)
    case .finished: return
    }
    if let ended { finish(ended) }
  }

  private mutating func take(_ happening: SupplicantLink.Happening?, _ now: Instant) {
    guard let happening else { return }
    var ended: Result?
    switch work {
    case .status(var query):
      ended = query.take(happening, link: &link, now: now)
      work = .status(query)
    case .scan(var scan):
      ended = scan.take(happening, link: &link, now: now)
      work = .scan(scan)
    case .restart(var restart):
      ended = restart.take(happening, link: &link, now: now)
      work = .restart(restart)
    case .finished: return
    }
    if let ended { finish(ended) }
  }

  private mutating func finish(_ ended: Result) {
    work = .finished
    result = ended
  }
}
