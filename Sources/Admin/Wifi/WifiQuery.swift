import PeerNet

/// `wifi.status`: STATUS, and SIGNAL_POLL while associated. It waits for nobody: without a supplicant the answer is
/// the state ``WifiState/unreachable``.
struct WifiQuery: Sendable {
  static let total = TimeSpan.seconds(3)

  let wakeAt: Instant
  private var status = WifiStatus()

  init(now: Instant) { wakeAt = now + WifiQuery.total }

  mutating func wake(link: inout SupplicantLink, now: Instant) -> WifiDialogue.Result? {
    now >= wakeAt ? .status(status) : nil
  }

  mutating func take(
    _ happening: SupplicantLink.Happening, link: inout SupplicantLink, now: Instant
  ) -> WifiDialogue.Result? {
    switch happening {
    case .opened:
      link.ask(.status, now: now)
      return nil
    case .reply(.text(let text), to: .status):
      status = WifiStatus(status: text)
      guard status.state == .completed else { return .status(status) }
      link.ask(.signalPoll, now: now)
      return nil
    case .reply(.text(let text), to: .signalPoll):
      status.take(signalPoll: text)
      return .status(status)
    case .reply(_, to: .status):
      status.state = .unknown
      return .status(status)
    case .reply, .absent, .lost: return .status(status)
    case .silent, .event: return nil
    }
  }
}
