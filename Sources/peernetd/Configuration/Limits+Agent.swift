import PeerNet

extension Limits {
  /// The limits of a board. Its calls and answers are small, and whatever its peers do, the agent stays within 16 MiB
  /// (Protocol, Times and bounds).
  static var agent: Limits {
    var limits = Limits()
    // A frame of PeerNet/1 that is too large has to be read as a whole before it can be answered.
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

  /// The most bytes of arguments for a procedure about lines: room for 256 lines and a key of `agent.once`.
  static var argumentsOfLines: Int { 16 << 10 }
  /// If all peers together held at least so many bytes, it is worth giving memory back to the system afterwards.
  static var noteworthyBytes: Int { 256 << 10 }
  /// The most bytes that are read from a connection at once.
  static var readSize: Int { 16 << 10 }
}
