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
