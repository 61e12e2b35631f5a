import PeerNet

/// `wifi.restart` where NetworkManager has the radio: activate the connection that is in use once more, which leaves the
/// network and comes back. If NetworkManager says that this failed, whichever connection fits; and if that failed as
/// well, for a reason that is not the network's, the radio off and on.
///
/// Nothing is taken down without being brought up in the same call, and NetworkManager goes on trying when this has given
/// up. It does not do so for ever: whoever carries this out sees to that.
struct NmcliRestart: Sendable {
  private enum Phase: Equatable {
    case reaching
    /// Whether the radio was switched off by somebody.
    case looking
    case activating
    case connecting
    case switchingOff
    case switchingOn
    /// The radio is on; the interface is not ready yet.
    case settling
    /// NetworkManager says that the connection is up, or was told to and did not say.
    case verifying
    /// It is; the address that was there before is still missing.
    case addressing
    case associated
  }

  static let pollInterval = TimeSpan.seconds(1)
  /// Kept for asking what became of it.
  static let closingTime = TimeSpan.seconds(2)
  static let switchTime = TimeSpan.seconds(4)
  /// With less than that left the radio stays on.
  static let radioTime = TimeSpan.seconds(8)

  private let startedAt: Instant
  private let deadline: Instant
  private var phase = Phase.reaching
  private var way = WifiRestart.Way.activate
  private var connection: ConnectionIdentifier?
  private var hadAddress = false
  private var address: [UInt8]?
  private var usedRadio = false
  /// The first step that failed tells most.
  private var trouble: WifiError?

  init(_ options: WifiRestart.Options, now: Instant) {
    startedAt = now
    deadline = now + options.total
  }

  var step: WifiError.Step {
    switch phase {
    case .reaching: .reach
    case .activating: .activate
    case .connecting: .connect
    case .looking, .switchingOff, .switchingOn, .settling: .radio
    case .verifying, .associated: way.step
    case .addressing: .address
    }
  }

  /// Nothing new is begun after that.
  var closing: Instant { deadline - NmcliRestart.closingTime }

  mutating func begin(_ device: NmcliDevice, now: Instant) -> NmcliDialogue.Step {
    connection = device.connection
    hadAddress = device.address != nil
    if device.isUnavailable {
      phase = .looking
      return ask(.radio, now: now)
    }
    return activate(now: now)
  }

  mutating func ended(_ outcome: NmcliOutcome, now: Instant) -> NmcliDialogue.Step {
    let isDone = outcome.isDone
    switch phase {
    case .looking:
      // Whoever switched it off wants it off.
      if outcome.tellsSwitchedOff { return .finish(.failed(WifiError(step: .radio, reason: .radioDisabled))) }
      trouble = WifiError(step: .reach, reason: .notReady)
      return switchOff(now: now)
    case .activating, .connecting:
      if isDone || outcome.isTimeout { return verify(now: now) }
      return failed(outcome.reason, now: now)
    case .switchingOff:
      // Unless it is certain that it stayed on.
      return isDone || outcome.isTimeout ? switchOn(now: now) : failed(outcome.reason, now: now)
    case .switchingOn:
      if isDone {
        phase = .settling
        return ask(.device, now: now)
      }
      // Of all that may have gone wrong this is what leaves the board without its radio.
      trouble = WifiError(step: .radio, reason: outcome.reason)
      return pause(now: now)
    case .settling, .verifying, .addressing:
      guard isDone, let device = NmcliDevice(outcome.output) else { return pause(now: now) }
      return phase == .settling ? settle(device, now: now) : verify(device, now: now)
    case .reaching, .associated:
      return finish()
    }
  }

  /// A pause is over.
  mutating func resumed(now: Instant) -> NmcliDialogue.Step {
    phase == .switchingOn ? switchOn(now: now) : ask(.device, now: now)
  }

  func succeeded(on network: ScanEntry?, now: Instant) -> WifiDialogue.Result {
    var status = WifiStatus()
    status.state = .completed
    status.address = address
    status.take(network)
    status.signal = nil
    return .restarted(WifiRestart.Success(way: way, status: status, took: now - startedAt))
  }

  private mutating func activate(now: Instant) -> NmcliDialogue.Step {
    guard let connection else { return connect(now: now) }
    phase = .activating
    if !usedRadio { way = .activate }
    return .run(.activate(connection, wait: patience(now)), by: limit(now))
  }

  private mutating func connect(now: Instant) -> NmcliDialogue.Step {
    phase = .connecting
    if !usedRadio { way = .connect }
    return .run(.connect(wait: patience(now)), by: limit(now))
  }

  private mutating func switchOff(now: Instant) -> NmcliDialogue.Step {
    guard closing - now >= NmcliRestart.radioTime else { return finish() }
    usedRadio = true
    way = .radio
    phase = .switchingOff
    return .run(.switchOff, by: now + NmcliRestart.switchTime)
  }

  private mutating func switchOn(now: Instant) -> NmcliDialogue.Step {
    phase = .switchingOn
    return .run(.switchOn, by: now + NmcliRestart.switchTime)
  }

  /// nmcli gives up a moment before it is killed, and so says how it went.
  private func patience(_ now: Instant) -> Int64 { max(1, (closing - now).seconds - 1) }

  private func limit(_ now: Instant) -> Instant { min(max(closing, now + NmcliRestart.pollInterval), deadline) }

  private func ask(_ command: NmcliCommand, now: Instant) -> NmcliDialogue.Step {
    .run(command, by: min(now + NmcliDialogue.answerTime, deadline))
  }

  private mutating func failed(_ reason: WifiError.Reason, now: Instant) -> NmcliDialogue.Step {
    let failedStep = step
    if trouble == nil { trouble = WifiError(step: failedStep, reason: reason) }
    guard reason != .notAuthorized, now < closing else { return finish() }
    if way == .activate { return connect(now: now) }
    if usedRadio || trouble?.reason == .networkNotFound || trouble?.reason == .wrongKey { return finish() }
    return switchOff(now: now)
  }

  private mutating func settle(_ device: NmcliDevice, now: Instant) -> NmcliDialogue.Step {
    if device.isUnavailable { return pause(now: now) }
    return activate(now: now)
  }

  private mutating func verify(now: Instant) -> NmcliDialogue.Step {
    phase = .verifying
    return ask(.device, now: now)
  }

  private mutating func verify(_ device: NmcliDevice, now: Instant) -> NmcliDialogue.Step {
    if device.state == NmcliDevice.activated {
      guard device.address != nil || !hadAddress else {
        phase = .addressing
        return pause(now: now)
      }
      phase = .associated
      address = device.address
      return ask(.networks, now: now)
    }
    phase = .verifying
    return device.isActivating || now >= closing ? pause(now: now) : failed(.timeout, now: now)
  }

  /// Asks again a moment later, until there is no time left.
  private mutating func pause(now: Instant) -> NmcliDialogue.Step {
    // To switch on takes longer than to ask.
    let end = phase == .switchingOn ? closing - NmcliRestart.closingTime : closing
    guard now + NmcliRestart.pollInterval < end else {
      if trouble == nil {
        trouble = WifiError(step: step, reason: phase == .addressing ? .noAddress : .timeout)
      }
      return finish()
    }
    return .pause(until: now + NmcliRestart.pollInterval)
  }

  private func finish() -> NmcliDialogue.Step {
    .finish(.failed(trouble ?? WifiError(step: step, reason: .timeout)))
  }
}

extension WifiRestart.Way {
  fileprivate var step: WifiError.Step {
    switch self {
    case .connect: .connect
    case .radio: .radio
    case .activate, .reconfigure, .reassociate, .respawn: .activate
    }
  }
}
