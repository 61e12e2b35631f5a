import PeerNet

extension Limits {
  /// A board's: it is asked for little and answers little, and whatever its peers do it stays within 16 MiB (Protocol,
  /// Times and bounds).
  static var agent: Limits {
    var limits = Limits()
    // One frame of PeerNet/1 that is too large has to be read to be answered.
    limits.maximumPeerBytes = 1_280 << 10
    limits.maximumBytes = 4 << 20
    limits.maximumEnvelope = 32 << 10
    limits.maximumQueuedBytes = 512 << 10
    limits.maximumOwedBytes = 32 << 10
    limits.maximumTurn = 16 << 10
    limits.keptBuffer = 16 << 10
    limits.sendBudget = 64 << 10
    return limits
  }

  /// Bytes of arguments of a procedure that is told lines: 256 of them, and a key of `agent.once`.
  static var argumentsOfLines: Int { 16 << 10 }
  /// Bytes held by all peers together from which on it is worth while to give memory back afterwards.
  static var noteworthyBytes: Int { 256 << 10 }
  /// Bytes of a connection that are read in one piece.
  static var readSize: Int { 16 << 10 }
}
