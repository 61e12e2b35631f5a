import Basics

/// A wifi procedure that did not reach its end: the step it was at and, if something gave one, the reason.
public struct WifiError: Error, Equatable, Sendable {
  /// What was being done.
  public enum Step: Equatable, Sendable {
    /// Find the supplicant's control socket and have it answered.
    case reach
    /// The soft way: have it read its configuration again and leave the network.
    case reconfigure
    /// The soft way of a supplicant without a configuration file.
    case reassociate
    /// Find the access point and agree on keys.
    case associate
    /// The interface's address that was there before.
    case address
    /// The hard way: end the supplicant.
    case terminate
    /// Its supervisor starts it again.
    case respawn
    /// Look for networks.
    case scan
    /// NetworkManager's soft way: activate the connection that is in use once more.
    case activate
    /// Have NetworkManager activate whichever connection fits.
    case connect
    /// NetworkManager's hard way: the radio off and on again.
    case radio
  }

  /// Why it was not done.
  public enum Reason: Equatable, Sendable {
    /// Its control socket is not there.
    case absent
    /// This process may not open the supplicant's control socket.
    case notPermitted
    /// It does not answer.
    case silent
    /// It answered `FAIL`.
    case refused
    /// It answered `FAIL-BUSY` to the end.
    case busy
    /// It has no network configured.
    case noNetwork
    /// No configured network is in range.
    case networkNotFound
    /// The access point rejected the association.
    case rejected
    /// The access point did not answer.
    case noAnswer
    /// The attempt failed, and NetworkManager does not say why.
    case notAssociated
    /// The access point refused the key.
    case wrongKey
    /// The radio is switched off.
    case radioDisabled
    /// Associated, but the interface's address did not come back.
    case noAddress
    /// Its answer makes no sense.
    case notUnderstood
    /// Not done in time.
    case timeout
    /// NetworkManager does not run, or has no hold of the interface.
    case managerAbsent
    /// NetworkManager has no hold of the interface, and no control socket is there either.
    case unmanaged
    /// nmcli did not end in time.
    case managerSilent
    /// nmcli ended with an error that has no name here.
    case managerRefused
    /// Its user may not do that.
    case notAuthorized
    /// NetworkManager says nothing of what is wrong with the radio.
    case notReady
  }

  /// What was being done.
  public let step: Step
  /// Why it was not done.
  public let reason: Reason

  /// For whoever carries a step out.
  public init(step: Step, reason: Reason) {
    self.step = step
    self.reason = reason
  }

  /// `step_failed: associate: the access point refused the key`
  public var failure: ProcedureError {
    var text = [UInt8](step.name)
    text += ": "
    text += reason.text
    return ProcedureError(.stepFailed, text)
  }
}

extension WifiError.Step {
  /// Its name in reasons.
  public var name: StaticString {
    switch self {
    case .reach: "reach"
    case .reconfigure: "reconfigure"
    case .reassociate: "reassociate"
    case .associate: "associate"
    case .address: "address"
    case .terminate: "terminate"
    case .respawn: "respawn"
    case .scan: "scan"
    case .activate: "activate"
    case .connect: "connect"
    case .radio: "radio"
    }
  }
}

extension WifiError.Reason {
  /// The reason for an operator.
  public var text: StaticString {
    switch self {
    case .absent: "wpa_supplicant's control socket is not there"
    case .notPermitted:
      "permission denied on wpa_supplicant's control socket; add the agent's user to its group (ls -l tells which): usermod -aG netdev peernet, and restart the agent"
    case .silent: "wpa_supplicant does not answer"
    case .refused: "wpa_supplicant refused"
    case .busy: "wpa_supplicant stayed busy"
    case .noNetwork: "wpa_supplicant has no network configured"
    case .networkNotFound: "no configured network is in range"
    case .rejected: "the access point rejected the association"
    case .notAssociated: "the association came to nothing"
    case .noAnswer: "the access point did not answer"
    case .wrongKey: "the access point refused the key"
    case .radioDisabled: "the radio is switched off"
    case .noAddress: "associated, but the address did not come back"
    case .notUnderstood: "wpa_supplicant's answer makes no sense"
    case .timeout: "not done in time"
    case .managerAbsent: "NetworkManager does not run, or does not manage the interface"
    case .unmanaged:
      "wpa_supplicant's control socket is not there, and NetworkManager does not run or does not manage the interface"
    case .managerSilent: "NetworkManager does not answer"
    case .managerRefused: "NetworkManager refused"
    case .notAuthorized: "NetworkManager does not permit it to this user; see polkit's rules"
    case .notReady: "the radio is not ready"
    }
  }
}
