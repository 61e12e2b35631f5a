import PeerNet

/// `wifi.restart`: leave the network and be back on it. The soft way first: RECONFIGURE (REASSOCIATE for a supplicant
/// without a configuration file), and wait until STATUS tells of a new association. If that does not come about within
/// half of the time, the hard way: TERMINATE, so that the supplicant's supervisor starts it afresh, and wait again.
///
/// Networks that were given to the supplicant and never saved to its file do not outlive RECONFIGURE; such a restart ends
/// with ``WifiError/Reason/noNetwork``.
///
/// Events only hurry it: STATUS is polled as well, because events get lost and a supplicant may die without a word.
public struct WifiRestart: Sendable {
  /// How long it may take and how far it may go.
  public struct Options: Equatable, Sendable {
    /// All of it takes no longer.
    public var total: TimeSpan
    /// Whether somebody starts the supplicant again when it ends. Without that there is no hard way.
    public var respawned: Bool

    /// The default suits a supplicant that its supervisor starts again.
    public init(total: TimeSpan = .seconds(30), respawned: Bool = true) {
      self.total = total
      self.respawned = respawned
    }
  }

  /// What brought the new association about.
  public enum Way: Equatable, Sendable {
    /// The supplicant read its configuration again.
    case reconfigure
    /// The supplicant, which has no configuration file, associated anew.
    case reassociate
    /// The supplicant was ended and started again by its supervisor.
    case respawn
    /// NetworkManager activated the connection once more.
    case activate
    /// NetworkManager activated whichever connection fitted.
    case connect
    /// NetworkManager switched the radio off and on.
    case radio

    /// Its name in answers.
    public var name: StaticString {
      switch self {
      case .reconfigure: "reconfigure"
      case .reassociate: "reassociate"
      case .respawn: "respawn"
      case .activate: "activate"
      case .connect: "connect"
      case .radio: "radio"
      }
    }
  }

  /// A restart that reached its end.
  public struct Success: Equatable, Sendable {
    /// What did it.
    public let way: Way
    /// The link afterwards.
    public let status: WifiStatus
    /// From the first command to the address.
    public let took: TimeSpan
  }

  private enum Phase: Equatable {
    /// Until the supplicant has told how things stand.
    case reaching
    case asking
    case associating
    /// Associated; the address that was there before is still missing.
    case addressing
    case terminating
    case respawning
  }

  static let pollInterval = TimeSpan.seconds(1)
  /// How long RECONFIGURE may leave things as they are, associated or disconnected, before REASSOCIATE is tried, too.
  static let nudgeAfter = TimeSpan.seconds(2)

  private let options: Options
  private let startedAt: Instant
  private let deadline: Instant
  private var softDeadline: Instant?
  private var phase = Phase.reaching
  private var way = Way.reconfigure
  private var pollAt: Instant?
  private var nudgeAt: Instant?
  /// Whether the old association is known to be gone: until then "associated" may just mean the old one.
  private var leftNetwork = false
  private var hadAddress = false
  private var trouble = WifiError.Reason.timeout

  init(_ options: Options, now: Instant) {
    self.options = options
    startedAt = now
    deadline = now + options.total
    softDeadline = options.respawned ? now + options.total / 2 : nil
  }

  var step: WifiError.Step {
    switch phase {
    case .reaching: .reach
    case .asking: way == .reassociate ? .reassociate : .reconfigure
    case .associating: .associate
    case .addressing: .address
    case .terminating: .terminate
    case .respawning: .respawn
    }
  }

  var wakeAt: Instant {
    var due = deadline
    if let softDeadline { due = min(due, softDeadline) }
    if let pollAt { due = min(due, pollAt) }
    return due
  }

  mutating func wake(link: inout SupplicantLink, now: Instant) -> WifiDialogue.Result? {
    if now >= deadline {
      if link.isBusy { trouble = .busy }
      return failure()
    }
    if let softDeadline, now >= softDeadline {
      self.softDeadline = nil
      harden(link: &link)
    }
    if let pollAt, now >= pollAt { poll(link: &link, now: now) }
    return nil
  }

  mutating func take(
    _ happening: SupplicantLink.Happening, link: inout SupplicantLink, now: Instant
  ) -> WifiDialogue.Result? {
    switch happening {
    case .opened:
      link.ask(.attach, now: now)
      return nil
    case .absent:
      if phase != .reaching { respawn() }
      trouble = .absent
      return nil
    case .lost:
      respawn()
      return nil
    case .silent(let command):
      trouble = .silent
      if command == .terminate { phase = .respawning }
      return nil
    case .event(let event):
      heed(event, link: &link, now: now)
      return nil
    case .reply(let reply, let command):
      return take(reply, to: command, link: &link, now: now)
    }
  }

  private mutating func take(
    _ reply: SupplicantReply, to command: SupplicantCommand, link: inout SupplicantLink, now: Instant
  ) -> WifiDialogue.Result? {
    switch command {
    case .attach:
      greet(link: &link, now: now)
    case .status:
      guard case .text(let text) = reply else {
        trouble = reply == .failed ? .refused : .notUnderstood
        pollAt = now + WifiRestart.pollInterval
        return nil
      }
      return take(WifiStatus(status: text), link: &link, now: now)
    case .reconfigure:
      if reply == .ok {
        watch(link: &link, now: now)
        nudgeAt = now + WifiRestart.nudgeAfter
      } else {
        reassociate(link: &link, now: now)
      }
    case .reassociate:
      if reply == .ok {
        watch(link: &link, now: now)
        return nil
      }
      trouble = reply == .failed ? .refused : .notUnderstood
      guard softDeadline != nil else { return failure() }
      softDeadline = nil
      harden(link: &link)
    case .terminate:
      guard reply == .ok else {
        trouble = reply == .failed ? .refused : .notUnderstood
        return failure()
      }
      respawn()
      link.reopenSoon(now: now)
    case .ping, .signalPoll, .scan, .scanResults, .bss:
      break
    }
    return nil
  }

  /// A fresh socket is attached.
  private mutating func greet(link: inout SupplicantLink, now: Instant) {
    switch phase {
    case .reaching, .associating, .addressing: poll(link: &link, now: now)
    case .asking: link.ask(way == .reassociate ? .reassociate : .reconfigure, now: now)
    case .terminating: link.ask(.terminate, now: now)
    case .respawning: watch(link: &link, now: now)
    }
  }

  private mutating func take(
    _ status: WifiStatus, link: inout SupplicantLink, now: Instant
  ) -> WifiDialogue.Result? {
    pollAt = now + WifiRestart.pollInterval
    switch phase {
    case .reaching:
      hadAddress = status.address != nil
      phase = .asking
      pollAt = nil
      trouble = .timeout
      link.ask(.reconfigure, now: now)
    case .associating, .addressing:
      guard status.state == .completed else {
        if status.state != .unknown { leftNetwork = true }
        if status.state == .interfaceDisabled { trouble = .radioDisabled }
        // The configuration that was read again may hold less than was in use.
        if status.state == .inactive { trouble = .noNetwork }
        phase = .associating
        // A supplicant that was told to disconnect stays so until it is told to associate. One that has a reason does not.
        if status.state == .disconnected, trouble == .timeout { nudge(link: &link, now: now) }
        return nil
      }
      guard leftNetwork else {
        nudge(link: &link, now: now)
        return nil
      }
      guard status.address != nil || !hadAddress else {
        phase = .addressing
        trouble = .noAddress
        softDeadline = nil
        return nil
      }
      return .restarted(Success(way: way, status: status, took: now - startedAt))
    case .asking, .terminating, .respawning: break
    }
    return nil
  }

  private mutating func heed(_ event: SupplicantEvent, link: inout SupplicantLink, now: Instant) {
    if event == .terminating {
      respawn()
      link.reopenSoon(now: now)
      return
    }
    guard phase == .associating || phase == .addressing else { return }
    switch event {
    case .connected:
      leftNetwork = true
      poll(link: &link, now: now)
    case .disconnected: leftNetwork = true
    case .networkNotFound: trouble = .networkNotFound
    case .rejected: if trouble != .wrongKey { trouble = .rejected }
    case .wrongKey: trouble = .wrongKey
    case .noAnswer: if trouble == .timeout || trouble == .networkNotFound { trouble = .noAnswer }
    case .terminating, .scanResults, .scanFailed, .other: break
    }
  }

  private mutating func watch(link: inout SupplicantLink, now: Instant) {
    phase = .associating
    trouble = .timeout
    nudgeAt = nil
    poll(link: &link, now: now)
  }

  private mutating func poll(link: inout SupplicantLink, now: Instant) {
    pollAt = now + WifiRestart.pollInterval
    switch phase {
    case .reaching, .associating, .addressing: link.ask(.status, now: now)
    case .asking, .terminating, .respawning: pollAt = nil
    }
  }

  private mutating func nudge(link: inout SupplicantLink, now: Instant) {
    if let nudgeAt, now >= nudgeAt { reassociate(link: &link, now: now) }
  }

  private mutating func reassociate(link: inout SupplicantLink, now: Instant) {
    phase = .asking
    way = .reassociate
    pollAt = nil
    nudgeAt = nil
    link.ask(.reassociate, now: now)
  }

  /// The soft way has had its time. A fresh socket, so that no late reply is taken for TERMINATE's.
  private mutating func harden(link: inout SupplicantLink) {
    switch phase {
    case .reaching where trouble == .absent: return
    case .respawning, .terminating, .addressing: return
    case .reaching, .asking, .associating:
      phase = .terminating
      way = .respawn
      pollAt = nil
      link.open()
    }
  }

  /// The supplicant is gone; what comes next is a fresh one.
  private mutating func respawn() {
    phase = .respawning
    way = .respawn
    pollAt = nil
    nudgeAt = nil
    leftNetwork = true
    trouble = .absent
  }

  private func failure() -> WifiDialogue.Result {
    .failed(WifiError(step: step, reason: trouble))
  }
}
