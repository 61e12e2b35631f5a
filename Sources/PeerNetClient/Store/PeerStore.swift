import PeerNet
import Sodium

/// Where a node keeps who it is, whom it trusts and what it remembers: files on Linux, a keychain on a phone, memory in
/// a test.
///
/// Its functions may block for as long as a disk takes. They are called one at a time by one node, and may be called by
/// several nodes and processes at once.
public protocol PeerStore: Sendable {
  /// The key pair that is this node's identity, made on first use; asked once, when the node starts.
  func identity() throws -> KeyPair

  /// Who is trusted, and with what.
  func trust() throws -> TrustList

  /// What was learned of peers. It is no authority: an empty one costs a search.
  func memory() throws -> PeerMemory

  /// Reads the list, has it changed and keeps it, while nobody else can. What `change` throws leaves it as it was.
  ///
  /// - Returns: the list as it is now.
  func changeTrust(_ change: (inout TrustList) throws -> Void) throws -> TrustList

  /// Yields whenever the list may have been changed by somebody else; it ends at once where nobody else can.
  func trustChanges() -> AsyncStream<Void>

  /// Adds what was learned of a peer to what others have learned meanwhile.
  func remember(_ peer: PeerMemory.Peer) throws

  /// Forgets what was learned of a peer.
  func forget(_ key: PublicKey) throws
}

extension PeerStore {
  /// Nobody else changes the list.
  public func trustChanges() -> AsyncStream<Void> { AsyncStream { $0.finish() } }
}
