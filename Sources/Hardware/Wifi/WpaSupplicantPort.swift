import Admin
import CWpaClient
import Linux
import Reactor

/// The control socket of a real wpa_supplicant, through libwpa_client.
final class WpaSupplicantPort: SupplicantPort {
  private let path: [UInt8]
  private let folder: [UInt8]
  private let reactor: Reactor

  /// `control` is the folder of the supplicant's sockets, one an interface; `runtime` a folder of ours where replies
  /// find us, which the supplicant must be able to reach.
  init(control: [UInt8], interface: [UInt8], runtime: [UInt8], reactor: Reactor) {
    path = control + [UInt8(ascii: "/")] + interface + [0]
    folder = runtime + [0]
    self.reactor = reactor
  }

  func connect(
    onDatagram: @escaping ([UInt8]) -> Void, onLost: @escaping () -> Void
  ) -> (any SupplicantConnection)? {
    guard !path.dropLast().contains(0), !folder.dropLast().contains(0), let control = cwpa_open(path, folder) else {
      return nil
    }
    return WpaSupplicantConnection(control, reactor: reactor, onDatagram: onDatagram, onLost: onLost)
  }

  var isForbidden: Bool { !path.dropLast().contains(0) && cwpa_forbidden(path) != 0 }
}

final class WpaSupplicantConnection: SupplicantConnection {
  /// How many datagrams one turn of the loop reads: a flood of events must not hold it up.
  private static let datagramsPerTurn = 16

  private let control: OpaquePointer
  private let reactor: Reactor
  private var registration: Reactor.Registration?
  private var onDatagram: (([UInt8]) -> Void)?
  private var onLost: (() -> Void)?
  private var isClosed = false

  init?(
    _ control: OpaquePointer, reactor: Reactor, onDatagram: @escaping ([UInt8]) -> Void, onLost: @escaping () -> Void
  ) {
    self.control = control
    self.reactor = reactor
    self.onDatagram = onDatagram
    self.onLost = onLost
    do throws(Errno) {
      registration = try reactor.register(cwpa_descriptor(control), for: .readable) { self.read($0) }
    } catch {
      close()
      return nil
    }
  }

  func send(_ command: SupplicantCommand) -> Bool {
    guard !isClosed else { return false }
    let bytes = command.text
    return cwpa_send(control, bytes, bytes.count) != Int(CWPA_GONE.rawValue)
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    if let registration { reactor.deregister(registration) }
    registration = nil
    onDatagram = nil
    onLost = nil
    cwpa_close(control)
  }

  private func read(_ readiness: Readiness) {
    for _ in 0..<WpaSupplicantConnection.datagramsPerTurn {
      guard !isClosed else { return }
      var datagram = [UInt8](repeating: 0, count: SupplicantMessage.maximumBytes)
      let count = cwpa_receive(control, &datagram, datagram.count)
      if count == Int(CWPA_WOULD_BLOCK.rawValue), !readiness.contains(.hungUp) { return }
      guard count >= 0 else {
        let lost = onLost
        close()
        lost?()
        return
      }
      datagram.removeLast(datagram.count - count)
      onDatagram?(datagram)
    }
  }
}
