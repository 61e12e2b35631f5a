import Basics
import Linux
import Testing

@testable import Reactor

/// A connection and what it has told.
final class Witness {
  var connection: TCPConnection?
  var received: [UInt8] = []
  var log: [String] = []
  var failure: Errno?
  var onReceived: (() -> Void)?

  func take(_ event: TCPConnection.Event) {
    switch event {
    case .opened: log.append("opened")
    case .received(let bytes):
      received += bytes
      onReceived?()
    case .drained: log.append("drained")
    case .ended: log.append("ended")
    case .closed(let failure):
      log.append("closed")
      self.failure = failure
    }
  }

  var isClosed: Bool { log.last == "closed" }
}

/// A reactor with a listener, and both ends of a connection.
struct ConnectedPair {
  let reactor: Reactor
  let listener: TCPListener
  let dialler = Witness()
  let acceptor = Witness()

  /// `options` are those of what the listener accepts.
  init(_ options: TCPConnection.Options = .init()) throws {
    let reactor = try Reactor()
    self.reactor = reactor
    let acceptor = self.acceptor
    listener = try TCPListener(on: .loopback(port: 0), reactor: reactor, options: options) { connection in
      acceptor.connection = connection
      connection.start(acceptor.take)
    }
    let address = try #require(listener.local)
    dialler.connection = TCPConnection(
      dialling: address, on: reactor, deadline: reactor.now + .seconds(5), dialler.take)
    try reactor.run(until: { [dialler] in dialler.log == ["opened"] && acceptor.connection != nil })
  }

  func close() {
    dialler.connection?.close()
    acceptor.connection?.close()
    listener.close()
  }
}
