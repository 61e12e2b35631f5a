import PeerNet

/// `wifi.scan`: SCAN, wait for its results, SCAN_RESULTS. If the supplicant is busy, the scan under way serves; if the radio is,
/// the supplicant's next attempt does, or ours. Results that fill their reply are asked for again by number, in parts.
struct WifiScan: Sendable {
  static let total = TimeSpan.seconds(15)
  /// After that the results are fetched even if no event announced them: events are the first thing a full socket
  /// loses.
  static let patience = TimeSpan.seconds(8)

  /// How long after a busy radio the scan is requested again, if the supplicant does not retry by itself.
  static let pause = TimeSpan.seconds(1)

  private enum Phase {
    case reaching
    case scanning(until: Instant)
    case pausing(until: Instant)
    case fetching
    /// The list is known as far as one reply holds it.
    case completing(ScanList, NumberedScan)
  }

  private let deadline: Instant
  private var phase = Phase.reaching
  private var trouble = WifiError.Reason.timeout

  init(now: Instant) { deadline = now + WifiScan.total }

  var wakeAt: Instant {
    switch phase {
    case .scanning(let until), .pausing(let until): min(until, deadline)
    case .reaching, .fetching, .completing: deadline
    }
  }

  mutating func wake(link: inout SupplicantLink, now: Instant) -> WifiDialogue.Result? {
    if now >= deadline {
      if case .completing(let list, _) = phase { return .scan(list) }
      if case .reaching = phase { return failure(.reach) }
      return failure(.scan)
    }
    if case .scanning(let until) = phase, now >= until { fetch(link: &link, now: now) }
    if case .pausing(let until) = phase, now >= until {
      phase = .scanning(until: now + WifiScan.patience)
      link.ask(.scan, retryingBusy: false, now: now)
    }
    return nil
  }

  mutating func take(
    _ happening: SupplicantLink.Happening, link: inout SupplicantLink, now: Instant
  ) -> WifiDialogue.Result? {
    if case .completing(let list, let numbered) = phase {
      return complete(list, numbered, happening, link: &link, now: now)
    }
    switch happening {
    case .opened:
      link.ask(.attach, now: now)
    case .absent, .lost:
      phase = .reaching
      trouble = .absent
    case .silent:
      phase = .reaching
      trouble = .silent
    case .reply(_, to: .attach):
      link.ask(.scan, retryingBusy: false, now: now)
    case .reply(.ok, to: .scan), .reply(.busy, to: .scan):
      if trouble != .busy { trouble = .timeout }
      phase = .scanning(until: now + WifiScan.patience)
    case .reply(.failed, to: .scan):
      trouble = .refused
      return failure(.scan)
    case .reply(.text(let text), to: .scanResults):
      let list = ScanList(scanResults: text)
      guard text.count > ScanList.fullReply else { return .scan(list) }
      let numbered = NumberedScan()
      phase = .completing(list, numbered)
      link.ask(numbered.command, now: now)
    case .reply:
      trouble = .notUnderstood
      return failure(.scan)
    case .event(.scanResults):
      if case .scanning = phase { fetch(link: &link, now: now) }
    case .event(.scanFailed(let isRetried, let isBusy)):
      guard case .scanning = phase else { return nil }
      if isRetried || isBusy {
        trouble = .busy
        phase = isRetried ? .scanning(until: now + WifiScan.patience) : .pausing(until: now + WifiScan.pause)
        return nil
      }
      trouble = .refused
      return failure(.scan)
    case .event: break
    }
    return nil
  }

  /// Should this fail, the list from SCAN_RESULTS is the answer, marked as cut off.
  private mutating func complete(
    _ list: ScanList, _ numbered: NumberedScan, _ happening: SupplicantLink.Happening, link: inout SupplicantLink,
    now: Instant
  ) -> WifiDialogue.Result? {
    switch happening {
    case .event: return nil
    case .reply(.text(let text), to: .bss):
      var numbered = numbered
      guard !numbered.take(text) else { return .scan(numbered.list.entries.isEmpty ? list : numbered.list) }
      phase = .completing(list, numbered)
      link.ask(numbered.command, now: now)
      return nil
    case .reply, .opened, .absent, .lost, .silent: return .scan(list)
    }
  }

  private mutating func fetch(link: inout SupplicantLink, now: Instant) {
    phase = .fetching
    link.ask(.scanResults, now: now)
  }

  private func failure(_ step: WifiError.Step) -> WifiDialogue.Result {
    .failed(WifiError(step: step, reason: trouble))
  }
}
