/// What both ends of a link have sent, whether or not it arrived.
public struct Traffic: Equatable, Sendable {
  /// Every frame, ARP and bare acknowledgements included.
  public var frames = 0
  /// Those of them that the link lost.
  public var lost = 0
  /// TCP segments that carry something, and what they carry.
  public var segments = 0
  public var streamBytes = 0
  /// Datagrams to the other end alone.
  public var datagrams = 0
  public var datagramBytes = 0
  /// Datagrams to everyone: announces, and who asks for them.
  public var broadcasts = 0
  public var broadcastBytes = 0

  public init() {}

  mutating func count(_ frame: Frame) {
    frames += 1
    switch frame.content {
    case .stream(0), .other: break
    case .stream(let count):
      segments += 1
      streamBytes += count
    case .datagram(let count):
      datagrams += 1
      datagramBytes += count
    case .broadcast(let count):
      broadcasts += 1
      broadcastBytes += count
    }
  }

  public static func - (left: Traffic, right: Traffic) -> Traffic {
    var difference = Traffic()
    difference.frames = left.frames - right.frames
    difference.lost = left.lost - right.lost
    difference.segments = left.segments - right.segments
    difference.streamBytes = left.streamBytes - right.streamBytes
    difference.datagrams = left.datagrams - right.datagrams
    difference.datagramBytes = left.datagramBytes - right.datagramBytes
    difference.broadcasts = left.broadcasts - right.broadcasts
    difference.broadcastBytes = left.broadcastBytes - right.broadcastBytes
    return difference
  }
}
