import PeerNet

/// A program that process 1 keeps running.
public struct Service: Equatable, Sendable {
  /// Its name in the log.
  public var name: [UInt8]
  /// The program's absolute path and its arguments. Nothing expands them: there is no shell.
  public var command: [[UInt8]]
  /// Paths that must be there before it starts.
  public var needs: [[UInt8]] = []
  /// Whether it speaks sd_notify(3). The board counts as well only while such a service does.
  public var notifies = false
  /// The longest it may be silent when it notifies.
  public var watchdog = TimeSpan.seconds(30)
  /// How long it may take to be ready when it notifies.
  public var readiness = TimeSpan.seconds(60)
  /// -20 to 19; see nice(2).
  public var nice: Int32 = 0

  /// One with the defaults of a service that says nothing else.
  public init(name: [UInt8], command: [[UInt8]]) {
    self.name = name
    self.command = command
  }
}
