import ETF

/// A restart of the wifi, whose outcome is found out even if the connection that asked for it goes down with it: by asking
/// again under the same key or, where the board keeps no journal, for the last restart.
struct WifiRestart {
  let device: Device
  /// For all of it.
  let limit: Duration
  private let started = ContinuousClock.now

  init(device: Device, limit: Duration) {
    self.device = device
    self.limit = limit
  }

  private var age: Duration { started.duration(to: .now) }

  /// The answer of `wifi.restart`; or of `wifi.status` after it, when the connection was lost.
  func run(onLoss: @escaping @Sendable () -> Void) async throws -> Term {
    // Only what the board may have taken on is worth coming back for.
    if let status = await device.status, !status.isConnected {
      guard let waiting = device.waiting else { throw PeerNetError.notConnected }
      try await device.connect(timeout: waiting)
    }
    // The limit holds for the connecting, too. The board gives up before this side does, so that its reason is heard.
    let left = limit - age
    let seconds = min(max(left.components.seconds - 10, 5), 300)
    do {
      let arguments = try ["timeout": seconds].term
      let answer = try await device.once("wifi.restart", arguments, key: OnceKey(), timeout: left, onLoss: onLoss)
      // After a loss the link as it is now, with the restart's outcome in it; for whoever may not see that, the answer.
      guard answer.isRepeated, age < limit else { return answer.value }
      return (try? await device.call("wifi.status", timeout: limit - age)) ?? answer.value
    } catch PeerNetError.outcomeUnknown(let reason) {
      onLoss()
      guard let status = try await status() else { throw PeerNetError.outcomeUnknown(reason) }
      return status
    }
  }

  /// Asks for the last restart until that one has ended; nil when the time is up.
  private func status() async throws -> Term? {
    while age < limit {
      do {
        try await device.connect(timeout: limit - age)
        let status: Term = try await device.call("wifi.status", timeout: min(limit - age, device.timeout))
        if try hasEnded(Device.Wifi.Status(term: status)) { return status }
        try await Task.sleep(for: .milliseconds(500))
      } catch let error as PeerNetError where Self.mayPass(error) {
        try await Task.sleep(for: .milliseconds(200))
      }
    }
    return nil
  }

  /// A side that is just going down or coming up may look like one that does not trust this key any more.
  private static func mayPass(_ error: PeerNetError) -> Bool {
    switch error {
    case .unreachable(.wrongPeer): false
    case .unreachable, .notConnected, .timedOut, .outcomeUnknown, .notSent, .busy: true
    case .remote: error.code == "busy"
    case .untrustedPeer, .ownKey, .tooLarge, .stopped, .transport, .interrupted, .keyReused: false
    }
  }

  private func hasEnded(_ status: Device.Wifi.Status) throws -> Bool {
    // One that began before this call did is another one; clocks tick in whole seconds.
    guard let last = status.lastRestart, .seconds(last.ago) <= age + .seconds(2) else { return false }
    if last.outcome == .failed {
      throw PeerNetError.remote(.binary(utf8: last.reason ?? "step_failed: it does not say why"))
    }
    return last.outcome == .ok
  }
}
