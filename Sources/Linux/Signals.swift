import CLinux

/// The signals that ``Signals`` takes over.
public enum Signal: Equatable, Sendable {
  /// SIGTERM
  case terminate
  /// SIGHUP
  case hangUp
  /// SIGINT
  case interrupt
  /// SIGCHLD
  case childEnded
  /// SIGUSR2, where it was asked for
  case user2
}

/// The process's signals as something to read (signalfd). Making one blocks SIGTERM, SIGHUP, SIGINT and SIGCHLD in the calling
/// thread and those that it starts later, SIGUSR2 where it is asked for, and ignores SIGPIPE: make it before any other thread.
public struct Signals: ~Copyable {
  /// Readable when a signal came.
  public let descriptor: FileDescriptor

  /// Takes the signals over, for the whole process. SIGUSR2 asks process 1 to power off and is left alone elsewhere.
  public init(withUser2: Bool = false) throws(Errno) {
    descriptor = FileDescriptor(owning: try check("signalfd", clinux_signals_create(withUser2 ? 1 : 0)))
  }

  /// The next signal; nil when none waits.
  public borrowing func next() throws(Errno) -> Signal? {
    while let number = try checkReady("read", Int(clinux_signals_next(descriptor.number))) {
      switch Int32(truncatingIfNeeded: number) {
      case clinux_signal_number(CLINUX_SIGTERM): return .terminate
      case clinux_signal_number(CLINUX_SIGHUP): return .hangUp
      case clinux_signal_number(CLINUX_SIGINT): return .interrupt
      case clinux_signal_number(CLINUX_SIGCHLD): return .childEnded
      case clinux_signal_number(CLINUX_SIGUSR2): return .user2
      default: continue
      }
    }
    return nil
  }
}
