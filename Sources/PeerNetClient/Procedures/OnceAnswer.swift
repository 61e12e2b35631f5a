import ETF

/// What a call came to that runs at most once.
public struct OnceAnswer: Hashable, Sendable {
  /// As the procedure itself answers.
  public let value: Term
  /// Whether an earlier request ran it, and this is what that one came to.
  public let isRepeated: Bool
  /// Whether the peer's machine was started anew since the call began: after a reboot that was asked for, that it has
  /// happened. Nil when the peer does not say.
  public let hasRestarted: Bool?
  /// Whether the peer keeps a journal. If not, the call was made once, as any other, and was not repeated.
  public let isJournaled: Bool

  /// The answer of a peer without a journal.
  init(plain value: Term) {
    self.value = value
    isRepeated = false
    hasRestarted = nil
    isJournaled = false
  }

  /// The answer of `agent.once`, which has what is known of the run under the key `once`.
  init(journaled answer: Term) {
    let once = answer[binaryKey: "once"]
    value =
      answer.pairs.map { pairs in .map(pairs.filter { $0.key != .binary(utf8: "once") }) } ?? answer
    isRepeated = once?[binaryKey: "repeated"] == .atom("true")
    hasRestarted = once?[binaryKey: "restarted"].map { $0 == .atom("true") }
    isJournaled = true
  }
}
