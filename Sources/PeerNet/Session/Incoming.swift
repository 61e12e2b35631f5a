import ETF

/// An envelope as it was received.
struct Incoming {
  let envelope: Envelope
  /// Bytes of its plaintext.
  let byteCount: Int
  /// Of these the arguments of a request.
  let argumentCount: Int
  /// It asks with more arguments than are taken there. They were not read: [] stands in their place.
  let isCut: Bool

  /// As much of an envelope as a request needs for all that stands before its arguments.
  static let headCount = 2_048
}
