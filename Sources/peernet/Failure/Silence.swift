import PeerNetClient

/// What it may mean that nothing of any node was heard: a firewall that lets in only what was asked for, as most do, takes
/// the answers to a broadcast for something else.
struct Silence {
  /// What was not heard.
  static let text = "nothing at all was heard, neither an answer nor an announce"

  private let port: UInt16

  init(_ network: NetworkOptions) throws(Failure) {
    port = try network.network().discoveryPort ?? 4_040
  }

  /// What to look at.
  var advice: String {
    "see that a board runs on this network (--interfaces), and that no firewall here drops UDP to port \(port)"
  }

  /// The same failure, with what was not heard while it was waited for.
  func explaining(_ failure: Failure) -> Failure {
    Failure(
      failure.status, failure.what, because: "\(failure.why), and \(Self.text)",
      next: "\(advice), or name its address with --at")
  }
}
