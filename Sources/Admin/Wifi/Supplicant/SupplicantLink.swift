import PeerNet

/// The dialogue with wpa_supplicant at its lowest: a control socket that comes and goes, and one command at a time on
/// it. Replies carry no number, so a command that was not answered in time costs the socket: a fresh one cannot
/// receive the late reply.
struct SupplicantLink: Sendable {
  enum Output: Equatable, Sendable {
    /// Open a socket, instead of the one there may be, and tell whether that went well.
    case open
    case send(SupplicantCommand)
  }

  /// What the dialogue above acts upon.
  enum Happening: Equatable, Sendable {
    /// A fresh socket is there; nothing was asked on it yet.
    case opened
    /// No supplicant listens.
    case absent
    /// The supplicant behind the socket went away.
    case lost
    case reply(SupplicantReply, to: SupplicantCommand)
    case event(SupplicantEvent)
    /// The command was not answered in time; a fresh socket is under way.
    case silent(SupplicantCommand)
  }

  static let replyTimeout = TimeSpan.seconds(2)
  static let reopenInterval = TimeSpan.milliseconds(250)
  static let firstBackoff = TimeSpan.milliseconds(200)
  static let longestBackoff = TimeSpan.milliseconds(1600)

  private enum Waiting: Equatable {
    case nothing
    case reply(SupplicantCommand, until: Instant)
    case backoff(SupplicantCommand, until: Instant)
  }

  private(set) var isOpen = false
  /// Whether the last reply was FAIL-BUSY.
  private(set) var isBusy = false
  private var waiting = Waiting.nothing
  private var retriesBusy = false
  private var backoff = SupplicantLink.firstBackoff
  private var reopenAt: Instant?
  private var outputs: [Output] = []

  /// Whether a command waits for its reply or its next attempt.
  var isAsking: Bool { waiting != .nothing }

  var deadline: Instant? {
    switch waiting {
    case .nothing: reopenAt
    case .reply(_, let until), .backoff(_, let until): until
    }
  }

  mutating func nextOutput() -> Output? {
    outputs.isEmpty ? nil : outputs.removeFirst()
  }

  mutating func open() {
    isOpen = false
    isBusy = false
    waiting = .nothing
    reopenAt = nil
    outputs = [.open]
  }

  /// Gives the socket up and opens a fresh one a moment later.
  mutating func reopenSoon(now: Instant) {
    isOpen = false
    isBusy = false
    waiting = .nothing
    outputs = []
    reopenAt = now + SupplicantLink.reopenInterval
  }

  /// Sends a command; FAIL-BUSY repeats it later unless `retryingBusy` is false. Only one is asked at a time.
  mutating func ask(_ command: SupplicantCommand, retryingBusy: Bool = true, now: Instant) {
    guard isOpen, !isAsking else { return }
    retriesBusy = retryingBusy
    backoff = SupplicantLink.firstBackoff
    send(command, now: now)
  }

  mutating func socketOpened(now: Instant) -> Happening? {
    guard !isOpen else { return nil }
    isOpen = true
    reopenAt = nil
    return .opened
  }

  /// The socket could not be opened, or what listened at its other end is gone.
  mutating func socketLost(now: Instant) -> Happening? {
    let wasOpen = isOpen
    reopenSoon(now: now)
    return wasOpen ? .lost : .absent
  }

  mutating func receive(_ datagram: [UInt8], now: Instant) -> Happening? {
    guard isOpen else { return nil }
    switch SupplicantMessage(datagram) {
    case .event(let event): return .event(event)
    case .reply(let reply):
      guard case .reply(let command, _) = waiting else { return nil }
      isBusy = reply == .busy
      if isBusy, retriesBusy {
        waiting = .backoff(command, until: now + backoff)
        backoff = min(backoff * 2, SupplicantLink.longestBackoff)
        return nil
      }
      waiting = .nothing
      return .reply(reply, to: command)
    }
  }

  mutating func timeout(now: Instant) -> Happening? {
    if let reopenAt, reopenAt <= now {
      open()
      return nil
    }
    switch waiting {
    case .reply(let command, let until) where until <= now:
      open()
      return .silent(command)
    case .backoff(let command, let until) where until <= now:
      send(command, now: now)
      return nil
    case .nothing, .reply, .backoff: return nil
    }
  }

  private mutating func send(_ command: SupplicantCommand, now: Instant) {
    waiting = .reply(command, until: now + SupplicantLink.replyTimeout)
    outputs.append(.send(command))
  }
}
