import ETF
import PeerNet

/// A restart of the wifi, whose outcome is found out even if the link that asked for it goes down with it.
struct WifiRestart {
  let link: Link
  /// For all of it.
  let limit: Swift.Duration
  private let started = ContinuousClock.now

  init(link: Link, limit: Swift.Duration) {
    self.link = link
    self.limit = limit
  }

  private var rest: Swift.Duration { max(limit - started.duration(to: .now), .milliseconds(1)) }
  private var isOver: Bool { started.duration(to: .now) >= limit }

  func run() async throws -> Term {
    do { return try await link.call("wifi.restart", arguments, timeout: limit) } catch let failure as Failure
      where failure.status == .outcomeUnknown
    {
      Console.say("the link went down with the wifi; waiting for it to come back")
      return try await outcome(after: failure)
    }
  }

  /// The board gives up before this side does, so that its reason is heard; it takes 5 to 300 seconds.
  private var arguments: Term {
    let seconds = min(max(limit.components.seconds - 10, 5), 300)
    return .map([MapPair(.binary(utf8: "timeout"), .integer(seconds))])
  }

  /// Asks `wifi.status` for the last restart until that one has ended.
  private func outcome(after failure: Failure) async throws -> Term {
    while !isOver {
      do {
        try await link.connect(within: rest)
        let status = try await link.call("wifi.status")
        if let outcome = try ended(status) { return outcome }
        try await Task.sleep(for: .milliseconds(500))
      } catch let error as Failure
        // A side that is just going down or coming up may look like one that does not trust this key any more.
        where [.unreachable, .outcomeUnknown, .timedOut, .untrusted, .busy].contains(error.status)
      {
        try await Task.sleep(for: .milliseconds(200))
      }
    }
    throw failure
  }

  /// Nil while it runs.
  private func ended(_ status: Term) throws(Failure) -> Term? {
    guard let last = status[binaryKey: "last_restart"], let ago = last[binaryKey: "ago"]?.int64,
      // One that began before this command did is another one; clocks tick in whole seconds.
      Swift.Duration.seconds(ago) <= started.duration(to: .now) + .seconds(2)
    else { return nil }
    switch last[binaryKey: "outcome"]?.binaryBytes.map({ String(decoding: $0, as: UTF8.self) }) {
    case "ok": return status
    case "failed":
      let reason = last[binaryKey: "reason"].map { Report.text($0) } ?? "it does not say why"
      throw Failure(
        .refused, "wifi.restart on \(Printable.text(link.peer.label)) failed", because: reason,
        next: "see its state: peernet wifi status \(Printable.text(link.peer.label))")
    default: return nil
    }
  }
}
