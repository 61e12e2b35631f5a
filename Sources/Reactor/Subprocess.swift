import Basics
import Linux

/// Runs a program and tells how it went: what it wrote, up to a bound, and how it ended, by a deadline. Never blocks the loop.
public final class Subprocess {
  /// How the program ended.
  public enum Ending: Equatable, Sendable {
    /// The program ended by itself.
    case exited(code: Int32)
    /// A signal killed it.
    case signalled(number: Int32)
    /// The deadline came first. The program and all that it had started were killed.
    case timedOut
  }

  /// How it went.
  public struct Outcome: Equatable, Sendable {
    /// How the program ended.
    public var ending: Ending
    /// What it wrote to standard output.
    public var output: [UInt8]
    /// What it wrote to standard error.
    public var errors: [UInt8]
    /// It wrote more than was kept.
    public var isTruncated: Bool
  }

  private enum Stream {
    case output, errors
  }

  private let reactor: Reactor
  private let outputLimit: Int
  private var handler: ((Outcome) -> Void)?
  private var child: ChildProcess?
  private var outputRegistration: Reactor.Registration?
  private var errorsRegistration: Reactor.Registration?
  private var endingRegistration: Reactor.Registration?
  private var timer: Timer?
  private var output: [UInt8] = []
  private var errors: [UInt8] = []
  private var isTruncated = false

  /// Starts the program at `path`; see `ChildProcess`. `handler` is called once, in a later turn.
  public convenience init(
    path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], deadline: Instant, outputLimit: Int = 64 * 1024,
    reactor: Reactor, _ handler: @escaping (Outcome) -> Void
  ) throws(Errno) {
    let child = try ChildProcess(path: path, arguments: arguments, environment: environment)
    try self.init(child, deadline: deadline, outputLimit: outputLimit, reactor: reactor, handler)
  }

  /// Has a child write all that is cached to disk; `handler` hears of its end, or of the deadline, in a later turn.
  public convenience init(
    syncingBy deadline: Instant, reactor: Reactor, _ handler: @escaping (Outcome) -> Void
  ) throws(Errno) {
    try self.init(try ChildProcess.syncing(), deadline: deadline, outputLimit: 0, reactor: reactor, handler)
  }

  private init(
    _ child: consuming ChildProcess, deadline: Instant, outputLimit: Int, reactor: Reactor,
    _ handler: @escaping (Outcome) -> Void
  ) throws(Errno) {
    self.reactor = reactor
    self.outputLimit = outputLimit
    self.handler = handler
    let (output, errors, ending) = (child.output.number, child.errors.number, child.ending.number)
    self.child = consume child
    do throws(Errno) {
      outputRegistration = try reactor.register(output, for: .readable) { _ in self.read(.output) }
      errorsRegistration = try reactor.register(errors, for: .readable) { _ in self.read(.errors) }
      endingRegistration = try reactor.register(ending, for: .readable) { _ in self.ended() }
    } catch {
      stopWatching()
      self.child?.kill()
      throw error
    }
    timer = reactor.schedule(at: deadline) { self.expired() }
  }

  /// Kills the program. The handler is not called.
  public func cancel() {
    handler = nil
    expired()
  }

  @discardableResult
  private func read(_ stream: Stream) -> Bool {
    let outcome: ReadOutcome
    do throws(Errno) {
      outcome =
        switch stream {
        case .output: try child?.output.read(into: reactor.buffer) ?? .end
        case .errors: try child?.errors.read(into: reactor.buffer) ?? .end
        }
    } catch {
      outcome = .end
    }
    switch outcome {
    case .bytes(let count):
      keep(UnsafeRawBufferPointer(rebasing: reactor.buffer[..<count]), of: stream)
      return true
    case .wouldBlock: return false
    case .end:
      deregister(stream)
      return false
    }
  }

  private func keep(_ bytes: UnsafeRawBufferPointer, of stream: Stream) {
    let room = max(0, outputLimit - output.count - errors.count)
    if bytes.count > room { isTruncated = true }
    switch stream {
    case .output: output += bytes.prefix(room)
    case .errors: errors += bytes.prefix(room)
    }
  }

  private func deregister(_ stream: Stream) {
    switch stream {
    case .output:
      if let outputRegistration { reactor.deregister(outputRegistration) }
      outputRegistration = nil
    case .errors:
      if let errorsRegistration { reactor.deregister(errorsRegistration) }
      errorsRegistration = nil
    }
  }

  private func ended() {
    let ending: Ending
    do throws(Errno) {
      guard let termination = try child?.reap() else { return }
      ending =
        switch termination {
        case .exited(let code): .exited(code: code)
        case .signalled(let number): .signalled(number: number)
        }
    } catch {
      // Somebody else has reaped it: how it ended is lost.
      ending = .exited(code: -1)
    }
    // What it wrote just before its end still lies in the pipes; a pipe that a grandchild keeps open is not waited for.
    for stream in [Stream.output, .errors] {
      var left = 16
      while left > 0, read(stream) { left -= 1 }
    }
    stopWatching()
    child = nil
    finish(ending)
  }

  /// The handler hears of it at once; the process, killed, stays watched until it can be reaped.
  private func expired() {
    child?.kill()
    if let timer { reactor.cancel(timer) }
    timer = nil
    deregister(.output)
    deregister(.errors)
    finish(.timedOut)
  }

  private func stopWatching() {
    deregister(.output)
    deregister(.errors)
    if let endingRegistration { reactor.deregister(endingRegistration) }
    endingRegistration = nil
    if let timer { reactor.cancel(timer) }
    timer = nil
  }

  private func finish(_ ending: Ending) {
    guard let handler = self.handler.take() else { return }
    handler(Outcome(ending: ending, output: output, errors: errors, isTruncated: isTruncated))
  }
}
