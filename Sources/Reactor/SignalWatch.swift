import Linux

/// Hands the process's signals to the loop; see `Signals` for what it blocks and when to make it.
public final class SignalWatch {
  private let reactor: Reactor
  private let signals: Signals
  private let handler: (Signal) -> Void
  private var registration: Reactor.Registration?

  /// Make it before any other thread is started: see ``/Linux/Signals``.
  public init(
    reactor: Reactor, withUser2: Bool = false, _ handler: @escaping (Signal) -> Void
  ) throws(Errno) {
    self.reactor = reactor
    self.handler = handler
    signals = try Signals(withUser2: withUser2)
    registration = try reactor.register(signals.descriptor.number, for: .readable) { _ in self.read() }
  }

  /// Ends the watch; the handler is not called again. The signals stay blocked.
  public func close() {
    if let registration { reactor.deregister(registration) }
    registration = nil
  }

  private func read() {
    // One of a kind waits at most, so this ends.
    while registration != nil, let signal = try? signals.next() { handler(signal) }
  }
}
