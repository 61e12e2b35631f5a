/// What a forwarder has to know of an ethernet frame.
struct Frame {
  let bytes: [UInt8]

  /// The interface of station N: a locally administered address that ends in N.
  static func address(of station: UInt8) -> String { "02:00:00:00:00:" + String(station, radix: 16) }

  /// The station that it is sent to; nil for everyone.
  var station: UInt8? {
    guard bytes.count >= 14, bytes[0] & 1 == 0 else { return nil }
    return bytes[5]
  }

  /// What a frame carries above TCP or UDP.
  enum Content: Equatable {
    /// Bytes of a stream; 0 for a bare acknowledgement and the like.
    case stream(Int)
    /// A datagram to one station.
    case datagram(Int)
    /// A datagram to everyone.
    case broadcast(Int)
    /// ARP above all.
    case other
  }

  var content: Content {
    // Ethernet, then IPv4 without fragments.
    guard bytes.count >= 34, bytes[12] == 0x08, bytes[13] == 0x00, bytes[14] >> 4 == 4 else { return .other }
    let header = Int(bytes[14] & 0x0f) * 4
    let (total, transport) = (Int(bytes[16]) << 8 | Int(bytes[17]), 14 + header)
    switch bytes[23] {
    case 6 where bytes.count > transport + 12:
      return .stream(max(0, total - header - Int(bytes[transport + 12] >> 4) * 4))
    case 17:
      let count = max(0, total - header - 8)
      return station == nil ? .broadcast(count) : .datagram(count)
    default: return .other
    }
  }
}
