import Noise

/// The two wires (Protocol, Two wires).
public enum Wire: UInt8, Hashable, Sendable {
  /// PeerNet/1: BEAM peers, and ours when they talk to one.
  case one = 1
  /// PeerNet/2: ours, among themselves.
  case two = 2

  init?(text: ArraySlice<UInt8>) {
    guard let number = text.canonicalDecimal(upTo: 2), let wire = Wire(rawValue: UInt8(number)) else { return nil }
    self = wire
  }
}

// How the two wires carry the same messages.
extension Wire {
  /// The largest encrypted message.
  var maximumMessage: Int {
    switch self {
    case .one: WireFormat.maximumFrame
    case .two: WireFormat.maximumMessage
    }
  }

  var transcript: Transcript {
    switch self {
    case .one: .peerNet1
    case .two: .standard(prologue: WireFormat.prologue)
    }
  }

  /// Which wire a first frame speaks, or nil for neither (Protocol, Two wires).
  init?(m1 body: [UInt8]) {
    if body.count == WireFormat.m1 {
      self = .two
    } else if body.count == WireFormat.m1 + 6, body.starts(with: [0x83, 0x6d, 0, 0, 0, 0x20]) {
      self = .one
    } else {
      return nil
    }
  }

  /// PeerNet/1 puts each handshake message into an ETF binary; PeerNet/2 takes it as it is.
  func appendHandshake(_ message: [UInt8], to buffer: inout [UInt8]) {
    if self == .one {
      buffer.append(contentsOf: [0x83, 0x6d, 0, 0, UInt8(truncatingIfNeeded: message.count >> 8)])
      buffer.append(UInt8(truncatingIfNeeded: message.count))
    }
    buffer.append(contentsOf: message)
  }

  func unwrapHandshake(_ body: [UInt8]) throws(SessionError) -> [UInt8] {
    guard self == .one else { return body }
    let length = body.count - 6
    guard length >= 0,
      body.starts(with: [0x83, 0x6d, 0, 0, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)])
    else { throw .peerFailedHandshake }
    return Array(body[6...])
  }
}
