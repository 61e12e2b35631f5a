import Admin
import PeerNet

/// A wpa_supplicant and its access point, as far as their dialogue goes: commands are answered after a moment, a
/// reconfiguration leaves the network and comes back in about a second, TERMINATE ends it until its supervisor has
/// started it again.
final class SimulatedSupplicant: SupplicantPort {
  private enum Radio { case disconnected, scanning, handshake, completed }

  static let replyDelay = TimeSpan.milliseconds(2)
  static let scanDelay = TimeSpan.milliseconds(400)
  static let handshakeDelay = TimeSpan.milliseconds(300)
  static let respawnDelay = TimeSpan.seconds(2)

  private let clock: any BoardClock
  private var radio = Radio.completed
  private var isAlive = true
  private var isScanning = false
  /// Tells the steps of an association from those of one that was given up.
  private var attempt = 0
  private var connections: [SimulatedConnection] = []

  init(clock: any BoardClock) { self.clock = clock }

  func connect(
    onDatagram: @escaping ([UInt8]) -> Void, onLost: @escaping () -> Void
  ) -> (any SupplicantConnection)? {
    guard isAlive else { return nil }
    let connection = SimulatedConnection(self, onDatagram: onDatagram, onLost: onLost)
    connections.append(connection)
    return connection
  }

  fileprivate func forget(_ connection: SimulatedConnection) {
    connections.removeAll { $0 === connection }
  }

  fileprivate func take(_ command: SupplicantCommand, from connection: SimulatedConnection) {
    after(SimulatedSupplicant.replyDelay) {
      guard self.isAlive else { return }
      connection.deliver(self.reply(to: command, from: connection))
    }
  }

  private func reply(to command: SupplicantCommand, from connection: SimulatedConnection) -> [UInt8] {
    switch command {
    case .ping: return [UInt8]("PONG\n")
    case .attach:
      connection.isAttached = true
      return [UInt8]("OK\n")
    case .status: return status
    case .signalPoll:
      return radio == .completed ? [UInt8]("RSSI=-52\nLINKSPEED=65\nNOISE=9999\nFREQUENCY=2437\n") : [UInt8]("FAIL\n")
    case .scan:
      if isScanning { return [UInt8]("FAIL-BUSY\n") }
      scan()
      return [UInt8]("OK\n")
    case .scanResults:
      return [UInt8](
        """
        bssid / frequency / signal level / flags / ssid
        02:00:00:00:01:00\t2437\t-52\t[WPA2-PSK-CCMP][ESS]\tsimulated
        02:00:00:00:02:00\t5180\t-71\t[ESS]\tguests

        """)
    case .bss: return []
    case .reconfigure, .reassociate:
      associate()
      return [UInt8]("OK\n")
    case .terminate:
      after(.milliseconds(20)) { self.end() }
      return [UInt8]("OK\n")
    }
  }

  private var status: [UInt8] {
    switch radio {
    case .disconnected: [UInt8]("wpa_state=DISCONNECTED\naddress=02:00:00:00:00:00\n")
    case .scanning: [UInt8]("wpa_state=SCANNING\naddress=02:00:00:00:00:00\n")
    case .handshake: [UInt8]("bssid=02:00:00:00:01:00\nssid=simulated\nwpa_state=4WAY_HANDSHAKE\n")
    case .completed:
      [UInt8](
        """
        bssid=02:00:00:00:01:00
        freq=2437
        ssid=simulated
        id=0
        mode=station
        wpa_state=COMPLETED
        ip_address=192.0.2.7
        address=02:00:00:00:00:00

        """)
    }
  }

  private func scan() {
    isScanning = true
    after(SimulatedSupplicant.scanDelay) {
      self.isScanning = false
      self.announce("<3>CTRL-EVENT-SCAN-RESULTS ")
    }
  }

  private func associate() {
    attempt += 1
    let attempt = attempt
    if radio == .completed {
      announce("<3>CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:01:00 reason=3 locally_generated=1")
    }
    radio = .scanning
    after(SimulatedSupplicant.scanDelay) {
      guard attempt == self.attempt else { return }
      self.radio = .handshake
      self.after(SimulatedSupplicant.handshakeDelay) {
        guard attempt == self.attempt else { return }
        self.radio = .completed
        self.announce("<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:01:00 completed [id=0 id_str=]")
      }
    }
  }

  private func end() {
    announce("<3>CTRL-EVENT-TERMINATING ")
    isAlive = false
    attempt += 1
    radio = .disconnected
    for connection in connections { connection.lose() }
    after(SimulatedSupplicant.respawnDelay) {
      self.isAlive = true
      self.associate()
    }
  }

  private func announce(_ event: StaticString) {
    for connection in connections where connection.isAttached { connection.deliver([UInt8](event)) }
  }

  private func after(_ delay: TimeSpan, _ action: @escaping () -> Void) {
    clock.schedule(at: clock.now + delay, action)
  }
}

final class SimulatedConnection: SupplicantConnection {
  var isAttached = false
  private let supplicant: SimulatedSupplicant
  private var onDatagram: (([UInt8]) -> Void)?
  private var onLost: (() -> Void)?

  fileprivate init(
    _ supplicant: SimulatedSupplicant, onDatagram: @escaping ([UInt8]) -> Void, onLost: @escaping () -> Void
  ) {
    self.supplicant = supplicant
    self.onDatagram = onDatagram
    self.onLost = onLost
  }

  func send(_ command: SupplicantCommand) -> Bool {
    guard onDatagram != nil else { return false }
    supplicant.take(command, from: self)
    return true
  }

  func close() {
    onDatagram = nil
    onLost = nil
    supplicant.forget(self)
  }

  fileprivate func deliver(_ datagram: [UInt8]) { onDatagram?(datagram) }

  fileprivate func lose() {
    let lost = onLost
    close()
    lost?()
  }
}
