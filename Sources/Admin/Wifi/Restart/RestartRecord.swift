import ETF
import PeerNet

/// The last `wifi.restart`, kept for whoever lost the link with it.
public struct RestartRecord: Equatable, Sendable {
  /// How far it came.
  public enum Outcome: Equatable, Sendable {
    /// Still under way, or cut off with the agent.
    case running
    /// The radio is associated and has its address again.
    case succeeded(WifiRestart.Success)
    /// It did not reach its end.
    case failed(WifiError)
  }

  /// Seconds since 1970.
  public let at: Int64
  /// The same moment on the clock that only goes forward, to tell how long ago it is.
  public let startedAt: Instant
  /// Who asked for it, by fingerprint.
  public let by: [UInt8]
  /// How far it came until now.
  public var outcome = Outcome.running

  /// A restart that has just begun.
  public init(at: Int64, startedAt: Instant, by: [UInt8]) {
    self.at = at
    self.startedAt = startedAt
    self.by = by
  }

  /// `last_restart` in the answer of `wifi.status`:
  ///
  /// | key | value |
  /// |---|---|
  /// | `at` | when it began, seconds since 1970 by the board's clock |
  /// | `ago` | seconds since then |
  /// | `by` | the fingerprint of who asked for it first |
  /// | `outcome` | `running`, `ok` or `failed` |
  /// | `step` | the step it is at, or failed at; not with `ok` |
  /// | `reason` | `failed`: what the call was answered, `step_failed: …` |
  /// | `way`, `took_ms` | `ok`: as in the answer of `wifi.restart` |
  func term(now: Instant, step: WifiError.Step?) -> Term {
    var answer = Answer()
    answer.put("at", at)
    answer.put("ago", (now - startedAt).seconds)
    answer.put("by", by)
    switch outcome {
    case .running:
      answer.put("outcome", text: "running")
      if let step { answer.put("step", text: step.name) }
    case .succeeded(let success):
      answer.put("outcome", text: "ok")
      answer.put("way", text: success.way.name)
      answer.put("took_ms", success.took.milliseconds)
    case .failed(let failure):
      answer.put("outcome", text: "failed")
      answer.put("step", text: failure.step.name)
      answer.put("reason", failure.failure.reason)
    }
    return answer.term
  }
}
