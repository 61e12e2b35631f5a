import PeerNet

/// One TCP segment, without its bytes: the streams know them by their position.
public struct Segment: Sendable {
  /// The position of the first byte; a SYN stands at 0, a FIN behind the last byte.
  public var start: Int64
  /// The position behind the last byte. Equal to `start`, it is an acknowledgment alone.
  public var end: Int64
  /// All below this has been received; nil in the first SYN.
  public var acknowledged: Int64?
  /// What was received out of order (SACK).
  public var received: [Range<Int64>] = []
  /// When it was sent, and the same of what it acknowledges (RFC 7323).
  public var sent: Instant
  /// The `sent` of the segment that caused this acknowledgment.
  public var echo: Instant?
  /// It ends the stream.
  public var finishes = false
}
