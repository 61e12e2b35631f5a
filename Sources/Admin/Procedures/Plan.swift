import Basics
import ETF

/// What a call comes to, once its arguments were understood: data that can be looked at, checked against a policy and
/// handed to a board to be carried out.
public enum Plan: Equatable, Sendable {
  /// Tell the caller who it is to the board and what it may call.
  case whoAmI
  /// Tell the lines of the profile.
  case gpioList
  /// No labels: every line of the profile.
  case gpioRead([[UInt8]])
  /// Set outputs: at least one, none twice.
  case gpioWrite([LineLevel])
  /// Tell the board's facts.
  case systemInfo
  /// Reboot or power off.
  case power(PowerPlan)
  /// Associate anew, within the time given.
  case wifiRestart(timeout: TimeSpan)
  /// Tell the networks in sight.
  case wifiScan
  /// Tell the link and the last restart.
  case wifiStatus

  /// The two forms in which arguments come.
  public enum ArgumentForm: Equatable, Sendable {
    /// Of a procedure's own handle: a map, or nothing (`nil`, `[]`).
    case handle(Term)
    /// Of `beam_admin`: `[]`, `[Map]`, or values in the order of ``ProcedureDescriptor/parameters``.
    case list(Term)
  }
}
