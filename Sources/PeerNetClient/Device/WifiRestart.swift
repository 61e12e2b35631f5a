import ETF

/// A restart of the wifi, whose outcome is found out even if the connection that asked for it goes down with it.
struct WifiRestart {
  let device: Device
  /// For all of it.
  let limit: Swift.Duration
  private let started = ContinuousClock.now

  init(device: Device, limit: Swift.Duration) {
    self.device = device
    self.limit = limit
  }

  private var age: Swift.Duration { started.duration(to: .now) }

  func run() async throws -> Device.Wifi.Restart {
    // The board gives up before this side does, so that its reason is heard.
    let seconds = min(max(limit.components.seconds - 10, 5), 300)
    do {
      let answer = try await device.call("wifi.restart", ["timeout": seconds], as: Answer.self, timeout: limit)
      return Device.Wifi.Restart(
        status: answer.status, way: answer.outcome.way, took: answer.outcome.took,
        joined: answer.outcome.joined ?? false)
    } catch PeerNetError.outcomeUnknown(let reason) {
      return try await outcome() ?? { throw PeerNetError.outcomeUnknown(reason) }()
    }
  }

  /// The status of the new link, and how it came about, in one map.
  private struct Answer: TermConvertible {
    struct Outcome: Codable, TermConvertible {
      var way: Device.Wifi.Restart.Way?
      var took: Int?
      var joined: Bool?

      enum CodingKeys: String, CodingKey {
        case way, joined
        case took = "took_ms"
      }
    }

    let status: Device.Wifi.Status
    let outcome: Outcome

    init(term: Term) throws(TermConversionError) {
      status = try Device.Wifi.Status(term: term)
      outcome = try Outcome(term: term)
    }

    var term: Term { get throws(TermConversionError) { try status.term } }
  }

  /// Asks for the last restart until that one has ended; nil when the time is up.
  private func outcome() async throws -> Device.Wifi.Restart? {
    while age < limit {
      do {
        try await device.connect(timeout: limit - age)
        let status = try await device.wifi.status()
        if let restart = try ended(status) { return restart }
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
    case .unreachable, .notConnected, .timedOut, .outcomeUnknown, .busy: true
    case .remote: error.code == "busy"
    case .untrustedPeer, .ownKey, .tooLarge, .stopped, .transport: false
    }
  }

  /// Nil while it runs.
  private func ended(_ status: Device.Wifi.Status) throws -> Device.Wifi.Restart? {
    // One that began before this call did is another one; clocks tick in whole seconds.
    guard let last = status.lastRestart, .seconds(last.ago) <= age + .seconds(2) else { return nil }
    switch last.outcome {
    case .ok: return Device.Wifi.Restart(status: status, way: last.way, took: last.took, joined: false)
    case .failed: throw PeerNetError.remote(.binary(utf8: last.reason ?? "step_failed: it does not say why"))
    default: return nil
    }
  }
}
