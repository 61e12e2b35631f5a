import Basics

/// How a call of `nmcli` went.
public struct NmcliOutcome: Equatable, Sendable {
  /// How it ended.
  public enum Ending: Equatable, Sendable {
    /// The program is not there, or could not be started.
    case absent
    /// It was killed at its deadline. What NetworkManager was told goes on.
    case timedOut
    /// By itself, with this code; 0 when it did what it was to do.
    case exited(Int32)
  }

  /// How it ended.
  public let ending: Ending
  /// What it wrote to standard output.
  public let output: [UInt8]
  /// What it wrote to standard error.
  public let errors: [UInt8]

  /// Of a call that wrote nothing, unless told otherwise.
  public init(_ ending: Ending, output: [UInt8] = [], errors: [UInt8] = []) {
    self.ending = ending
    self.output = output
    self.errors = errors
  }

  /// Whether it did what it was to do.
  public var isDone: Bool { ending == .exited(0) }

  /// Of ``NmcliCommand/device``: NetworkManager is on a network.
  public var tellsConnected: Bool { isDone && NmcliDevice(output)?.state == NmcliDevice.activated }

  /// Of ``NmcliCommand/device``: NetworkManager is on no network and does nothing about it.
  public var tellsIdle: Bool { isDone && NmcliDevice(output)?.state == 30 }

  /// nmcli stopped waiting, or was stopped.
  var isTimeout: Bool { ending == .exited(3) || ending == .timedOut }

  /// `enabled:disabled`, the switch of the hardware and that of NetworkManager.
  var tellsSwitchedOff: Bool { isDone && NmcliOutcome.holds(output, "disabled") }

  /// Why a call did not do what it was to do, by its exit code and, where that leaves it open, by the words that nmcli
  /// has for NetworkManager's own reason.
  var reason: WifiError.Reason {
    switch ending {
    case .absent, .exited(8): .managerAbsent
    case .timedOut: .managerSilent
    case .exited(3): .timeout
    case .exited: NmcliOutcome.reason(errors)
    }
  }

  private static func reason(_ errors: [UInt8]) -> WifiError.Reason {
    if holds(errors, "ot authorized") { return .notAuthorized }
    if holds(errors, "ecrets were required") { return .wrongKey }
    if holds(errors, "network could not be found") { return .networkNotFound }
    if holds(errors, "IP configuration") { return .noAddress }
    if holds(errors, "supplicant took too long") { return .noAnswer }
    if holds(errors, "supplicant") { return .notAssociated }
    return .managerRefused
  }

  private static func holds(_ bytes: [UInt8], _ text: StaticString) -> Bool {
    bytes.indices.contains { bytes[$0...].hasPrefix(text) }
  }
}
