import Linux
import Reactor

/// Hears what the services say of themselves (sd_notify), and who says it.
final class NotifyListener {
  private let socket: ServiceSocket
  private let reactor: Reactor
  private let handler: ([UInt8], Int32) -> Void
  private var registration: Reactor.Registration?

  /// `handler` gets each message and the number of the process that sent it.
  init(_ path: [UInt8], reactor: Reactor, _ handler: @escaping ([UInt8], Int32) -> Void) throws(Errno) {
    self.reactor = reactor
    self.handler = handler
    socket = try ServiceSocket(path: path)
    registration = try reactor.register(socket.number, for: .readable) { _ in self.read() }
  }

  private func read() {
    var left = 32
    while left > 0, let received = try? socket.receive() {
      left -= 1
      handler(received.message, received.sender)
    }
  }
}
