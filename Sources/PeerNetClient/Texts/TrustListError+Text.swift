import PeerNet

extension TrustListError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    let place = line > 0 ? "line \(line), column \(column) of the trust list: " : ""
    return place + reason.text
  }
}

extension TrustListError.Reason {
  fileprivate var text: String {
    switch self {
    case .label: "a label is 1 to 64 bytes of text without control characters"
    case .grant: "a grant is NAME, PREFIX.*, NAME:ARGUMENT or *, and there are 64 at most"
    case .duplicateKey: "the key stands there already"
    case .duplicateLabel: "another peer has that label; choose another one, or unpair that peer first"
    case .tooManyPeers: "the trust list is full"
    case .unknownPeer: "the peer is not in the trust list"
    // What is wrong with a file: its writer knows the format.
    default: "the trust list does not take it (\(code))"
    }
  }
}
