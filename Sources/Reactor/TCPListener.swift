import Basics
import Linux

/// Accepts TCP connections in a reactor.
public final class TCPListener {
  /// Connections accepted in one turn at most.
  private static var turnLimit: Int { 32 }
  /// How long accepting rests when the system is out of descriptors or memory.
  private static var rest: TimeSpan { .milliseconds(100) }

  private let reactor: Reactor
  /// Of connections that are accepted from now on.
  public var options: TCPConnection.Options
  private let handler: (TCPConnection) -> Void
  private var socket: Socket?
  private var registration: Reactor.Registration?
  private var restTimer: Timer?
  /// Given up for a moment when there are no descriptors left, to take a connection and turn it away.
  private var spare: EventDescriptor?

  /// Listens on `address`; `::` takes IPv4 as well. `handler` gets each connection and calls ``TCPConnection/start(_:)`` or
  /// ``TCPConnection/close()`` on it.
  public init(
    on address: Endpoint, backlog: Int32 = 128, reactor: Reactor, options: TCPConnection.Options = .init(),
    _ handler: @escaping (TCPConnection) -> Void
  ) throws(Errno) {
    self.reactor = reactor
    self.options = options
    self.handler = handler
    let socket = try Socket.listening(on: address, backlog: backlog, bufferSize: options.bufferSize)
    let number = socket.number
    self.socket = consume socket
    spare = try EventDescriptor()
    registration = try reactor.register(number, for: .readable) { _ in self.accept() }
  }

  /// The address that the listener is bound to, with the port that the kernel chose if it was 0.
  public var local: Endpoint? {
    guard let address = try? socket?.localAddress() else { return nil }
    return address
  }

  /// Stops listening. Connections that were accepted stay.
  public func close() {
    if let registration { reactor.deregister(registration) }
    if let restTimer { reactor.cancel(restTimer) }
    registration = nil
    restTimer = nil
    socket = nil
    spare = nil
  }

  private func accept() {
    var left = TCPListener.turnLimit
    while left > 0, socket != nil {
      left -= 1
      do throws(Errno) {
        guard let accepted = try socket?.accept() else { return }
        let remote = accepted.remote
        handler(TCPConnection(accepted: accepted.take(), from: remote, on: reactor, options: options))
      } catch {
        if error.code == .tooManyDescriptors || error.code == .tooManyDescriptorsInSystem {
          guard turnAway() else { return pause() }
        } else if error.code == .noMemory || error.code == .noBufferSpace {
          return pause()
        }
        // Any other error is the connection's, as accept(2) has it: the next may be well.
      }
    }
  }

  /// Takes one connection with the spare descriptor and closes it, so that it does not keep the loop busy.
  private func turnAway() -> Bool {
    guard spare != nil else {
      spare = try? EventDescriptor()
      return false
    }
    spare = nil
    var isTurnedAway = false
    if let accepted = try? socket?.accept() {
      _ = consume accepted
      isTurnedAway = true
    }
    spare = try? EventDescriptor()
    return isTurnedAway
  }

  private func pause() {
    guard restTimer == nil else { return }
    restTimer = reactor.schedule(after: TCPListener.rest) {
      self.restTimer = nil
      self.updateInterest()
    }
    updateInterest()
  }

  private func updateInterest() {
    guard let registration else { return }
    // Fails only for want of kernel memory: the listener then stays as it was.
    try? reactor.update(registration, for: restTimer == nil ? .readable : [])
  }
}
