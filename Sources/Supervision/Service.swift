/// A program that process 1 keeps running.
public struct Service: Equatable, Sendable {
  /// Its name in the log.
  public var name: [UInt8]
}
