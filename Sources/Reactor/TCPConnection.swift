import Basics
import Linux

/// A TCP connection in a reactor. Its events arrive at one handler, never from inside a call that its owner makes.
///
/// Bytes are read into the reactor's one buffer, so an idle connection costs a few hundred bytes. The reactor and the handler
/// keep the connection, and it them, until it is closed.
public final class TCPConnection {
  /// What a connection tells its handler.
  public enum Event {
    /// A dial has succeeded.
    case opened
    /// Bytes, valid until the handler returns.
    case received(UnsafeRawBufferPointer)
    /// Everything that was written has been handed to the kernel, after some of it had to wait.
    case drained
    /// The other side sends no more. Writing goes on until someone closes.
    case ended
    /// The last event: the connection failed, or after ``finish(within:)`` ended well (nil).
    case closed(Errno?)
  }

  /// How the kernel shall treat a connection.
  public struct Options: Sendable {
    /// Milliseconds that sent data may stay unacknowledged before the kernel gives up; nil for its own default.
    public var userTimeout: Int32?
    /// Bytes that the kernel keeps in each direction at most; nil for its own bounds, which are megabytes.
    public var bufferSize: Int32?

    /// The kernel's defaults, unless told otherwise.
    public init(userTimeout: Int32? = nil, bufferSize: Int32? = nil) {
      self.userTimeout = userTimeout
      self.bufferSize = bufferSize
    }
  }

  private enum State {
    /// `ending`: a failure was found inside a call of the owner's and is told in a later turn.
    case idle, dialling, open, finishing, ending, closed
  }

  /// How much one turn writes at most.
  private static var turnLimit: Int { 1 << 20 }

  /// The other end.
  public let remote: Endpoint
  private let reactor: Reactor
  private let options: Options
  private var socket: Socket?
  private var handler: ((Event) -> Void)?
  private var registration: Reactor.Registration?
  private var timer: Timer?
  private var queue = OutboundQueue()
  private var state: State
  private var wantsRead = true
  private var hasEnded = false
  private var endsAfterFlush = false
  private var isShutDown = false

  /// A connection that was accepted. It stands still until ``start(_:)``.
  init(accepted socket: consuming Socket, from remote: Endpoint, on reactor: Reactor, options: Options) {
    self.socket = consume socket
    self.remote = remote
    self.reactor = reactor
    self.options = options
    state = .idle
  }

  /// Dials `remote`. Success comes as ``Event/opened``; every failure, the deadline's passing among them, as ``Event/closed(_:)``.
  public init(
    dialling remote: Endpoint, on reactor: Reactor, deadline: Instant, options: Options = Options(),
    _ handler: @escaping (Event) -> Void
  ) {
    self.remote = remote
    self.reactor = reactor
    self.options = options
    self.handler = handler
    state = .dialling
    do {
      let socket = try Socket.connecting(to: remote, bufferSize: options.bufferSize)
      registration = try reactor.register(socket.number, for: .writable) { self.ready($0) }
      self.socket = consume socket
      timer = reactor.schedule(at: deadline) { self.end(Errno("connect", .timedOut)) }
    } catch {
      endLater(error)
    }
  }

  /// Bytes that wait to be handed to the kernel.
  public var pendingBytes: Int { queue.count }

  /// Nothing comes or goes any more.
  public var isClosed: Bool { state == .closed }

  /// The connection's own address, while it is open.
  public var local: Endpoint? {
    guard let address = try? socket?.localAddress() else { return nil }
    return address
  }
}

// MARK: What the owner does

extension TCPConnection {
  /// Begins to read an accepted connection.
  public func start(_ handler: @escaping (Event) -> Void) {
    guard state == .idle, let number = socket?.number else { return }
    self.handler = handler
    state = .open
    do throws(Errno) {
      registration = try reactor.register(number, for: interest) { self.ready($0) }
      try setOptions()
    } catch {
      endLater(error)
    }
  }

  /// Sends `bytes`: at once as far as the kernel takes them, the rest when it can. Dropped when the connection is closed or finishing.
  public func write(_ bytes: [UInt8]) {
    guard state == .open || state == .dialling, !endsAfterFlush else { return }
    var sent = 0
    if state == .open && queue.isEmpty {
      do throws(Errno) {
        sent = try bytes.withUnsafeBufferPointer { (buffer) throws(Errno) -> Int in
          var rest = UnsafeRawBufferPointer(buffer)
          while !rest.isEmpty, let count = try socket?.write(rest) {
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
          }
          return buffer.count - rest.count
        }
      } catch {
        endLater(error)
        return
      }
    }
    queue.append(bytes, from: sent)
    updateInterest()
  }

  /// Stops or resumes reading: what the other side sends then waits in the kernel and slows it down.
  public func setReading(_ wantsRead: Bool) {
    self.wantsRead = wantsRead
    updateInterest()
  }

  /// Ends our direction once everything is sent; the other side reads an end.
  public func endWriting() {
    guard state == .open || state == .dialling else { return }
    endsAfterFlush = true
    if state == .open && queue.isEmpty { shutdown() }
  }

  /// Sends what waits, ends our direction, waits for the other side's end and closes: at the latest at the end of the bound.
  /// What arrives meanwhile is dropped. ``Event/closed(_:)`` follows.
  public func finish(within bound: TimeSpan) {
    switch state {
    case .idle: close()
    case .dialling: endLater(nil)
    case .open:
      endWriting()
      // Shutting down may have failed.
      guard state == .open else { return }
      state = .finishing
      if hasEnded && queue.isEmpty {
        endLater(nil)
      } else {
        setTimer(after: bound) { self.end(Errno("close", .timedOut)) }
        updateInterest()
      }
    case .finishing, .ending, .closed: break
    }
  }

  /// Closes at once; what waits to be sent is lost. No event follows.
  public func close() {
    guard state != .closed else { return }
    state = .closed
    if let registration { reactor.deregister(registration) }
    if let timer { reactor.cancel(timer) }
    registration = nil
    timer = nil
    socket = nil
    queue.removeAll()
    let handler = self.handler.take()
    _ = handler
  }
}

// MARK: What the kernel says

extension TCPConnection {
  private func ready(_ readiness: Readiness) {
    switch state {
    case .dialling: dialled(readiness)
    case .open, .finishing:
      // Errors and hang-ups are reported whatever is asked for; what can still be read comes first.
      let isOver = !readiness.isDisjoint(with: [.failed, .hungUp])
      if isOver && (hasEnded || (readiness.contains(.failed) && !wantsRead)) {
        end(socket?.pendingError(of: "read") ?? (queue.isEmpty ? nil : Errno("send", .brokenPipe)))
        return
      }
      if readiness.contains(.writable) { flush() }
      if isOver || readiness.contains(.readable) { read() }
    case .idle, .ending, .closed: break
    }
  }

  private func dialled(_ readiness: Readiness) {
    if let failure = socket?.pendingError() {
      end(failure)
      return
    }
    guard readiness.contains(.writable) else { return }
    if let timer { reactor.cancel(timer) }
    timer = nil
    state = .open
    do throws(Errno) {
      try setOptions()
    } catch {
      end(error)
      return
    }
    updateInterest()
    handler?(.opened)
    if state == .open { flush() }
  }

  private func read() {
    guard !hasEnded, state == .open || state == .finishing else { return }
    do throws(Errno) {
      switch try socket?.descriptor.read(into: reactor.buffer) ?? .wouldBlock {
      case .bytes(let count):
        if state == .open { handler?(.received(UnsafeRawBufferPointer(rebasing: reactor.buffer[..<count]))) }
      case .wouldBlock: break
      case .end:
        hasEnded = true
        updateInterest()
        if state == .open {
          handler?(.ended)
        } else if queue.isEmpty {
          end(nil)
        }
      }
    } catch {
      end(error)
    }
  }

  private func flush() {
    guard !queue.isEmpty else {
      if endsAfterFlush { shutdown() }
      updateInterest()
      return
    }
    var budget = TCPConnection.turnLimit
    do throws(Errno) {
      while budget > 0, !queue.isEmpty {
        guard let sent = try sendFirst() else { break }
        queue.dropFirst(sent)
        budget -= sent
      }
    } catch {
      end(error)
      return
    }
    guard queue.isEmpty else { return }
    if endsAfterFlush { shutdown() }
    updateInterest()
    switch state {
    case .open: handler?(.drained)
    case .finishing: if hasEnded { end(nil) }
    case .idle, .dialling, .ending, .closed: break
    }
  }

  private func sendFirst() throws(Errno) -> Int? {
    try queue.withFirst { (bytes) throws(Errno) in try socket?.write(bytes) }
  }

  private func shutdown() {
    guard !isShutDown else { return }
    isShutDown = true
    do throws(Errno) {
      try socket?.shutdownWrite()
    } catch {
      endLater(error)
    }
  }

  private func setOptions() throws(Errno) {
    try socket?.setNoDelay()
    if let milliseconds = options.userTimeout { try socket?.setUserTimeout(milliseconds: milliseconds) }
  }

  private var interest: Readiness {
    var interest: Readiness = []
    if !hasEnded && (wantsRead || state == .finishing) { interest.insert(.readable) }
    if !queue.isEmpty { interest.insert(.writable) }
    return interest
  }

  private func updateInterest() {
    guard state == .open || state == .finishing, let registration else { return }
    do throws(Errno) {
      try reactor.update(registration, for: interest)
    } catch {
      endLater(error)
    }
  }

  private func setTimer(after delay: TimeSpan, _ action: @escaping () -> Void) {
    if let timer { reactor.cancel(timer) }
    timer = reactor.schedule(after: delay, action)
  }

  /// Closes and says so.
  private func end(_ failure: Errno?) {
    guard state != .closed else { return }
    let handler = self.handler
    close()
    handler?(.closed(failure))
  }

  /// Closes and says so in a later turn, for failures found inside a call of the owner's.
  private func endLater(_ failure: Errno?) {
    guard state != .ending, state != .closed else { return }
    state = .ending
    queue.removeAll()
    if let registration { reactor.deregister(registration) }
    registration = nil
    setTimer(after: .zero) { self.end(failure) }
  }
}
