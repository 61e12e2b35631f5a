import PeerNetClient

/// What to say when no node at all was heard. The usual cause is a firewall that lets in only replies: it does not
/// recognize an answer to a broadcast as one.
struct Silence {
  /// The fact, for the middle of a sentence.
  static let text = "nothing at all was heard, neither an answer nor an announce"

  private let port: UInt16

  init(_ network: Network) { port = network.discoveryPort ?? 4_040 }

  /// What the reader can check.
  var advice: String {
    "see that a board runs on this network (--interfaces), and that no firewall here drops UDP to port \(port)"
  }

  /// The same failure, which also says that nothing was heard.
  func explaining(_ failure: CommandError) -> CommandError {
    CommandError(
      failure.status, failure.what, because: "\(failure.why), and \(Self.text)",
      next: "\(advice), or name its address with --at")
  }
}
