import ETF

/// An envelope as it was received.
struct Incoming {
  let envelope: Envelope
  /// The size of its plaintext in bytes.
  let byteCount: Int
  /// How many of these bytes are the arguments of a request.
  let argumentCount: Int
  /// Whether it is a request whose arguments were too large. They were not decoded: [] stands in their place.
  let isCut: Bool

  /// How many bytes of an envelope may stand before the arguments of a request.
  static let headCount = 2_048

  /// The most bytes of arguments that are decoded under any name: a sender of bytes that are not a term is
  /// disconnected.
  static let smallArguments = 1_024
}
