import PeerNet

/// Whether a service that notifies is well, and until when it has the benefit of the doubt.
///
/// The board's watchdog is petted only while every such service is: `READY=1` in time after its start, then
/// `WATCHDOG=1` within its interval. One that ends is started again, and has to be ready again within two minutes.
struct Health: Equatable {
  static let recovery = TimeSpan.seconds(120)

  private enum State: Equatable {
    /// Neither ready nor, maybe, running. `readyBy` is set while it runs.
    case unwell(since: Instant, readyBy: Instant?)
    case ready(lastSign: Instant)
  }

  let patience: TimeSpan
  let readiness: TimeSpan
  private var state: State

  init(patience: TimeSpan, readiness: TimeSpan, now: Instant) {
    self.patience = patience
    self.readiness = readiness
    state = .unwell(since: now, readyBy: nil)
  }

  /// When it is given up unless it gives a sign.
  var deadline: Instant {
    switch state {
    case .unwell(let since, let readyBy): min(since + Health.recovery, readyBy ?? .distantFuture)
    case .ready(let lastSign): lastSign + patience
    }
  }

  mutating func started(at now: Instant) {
    guard case .unwell(let since, _) = state else { return }
    state = .unwell(since: since, readyBy: now + readiness)
  }

  mutating func ended(at now: Instant) {
    switch state {
    case .unwell(let since, _): state = .unwell(since: since, readyBy: nil)
    case .ready: state = .unwell(since: now, readyBy: nil)
    }
  }

  mutating func told(_ notification: Notification, at now: Instant) {
    if notification.isReady {
      state = .ready(lastSign: now)
    } else if notification.isAlive, case .ready = state {
      state = .ready(lastSign: now)
    }
  }

  /// Why it is given up, to be asked at the deadline: `agent was silent for 30 s`.
  func failure(of name: [UInt8], at now: Instant) -> [UInt8] {
    var text = name
    switch state {
    case .ready(let lastSign):
      text += " was silent for "
      text.append(decimal: (now - lastSign).seconds)
    case .unwell(let since, let readyBy):
      if let readyBy, readyBy <= now {
        text += " was not ready within "
        text.append(decimal: readiness.seconds)
      } else {
        text += " was not well for "
        text.append(decimal: (now - since).seconds)
      }
    }
    text += " s"
    return text
  }
}
