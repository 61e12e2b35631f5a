import PeerNet
import Sodium
import Synchronization

/// A ``PeerStore`` that is gone with the process: for tests, and for applications that keep their state elsewhere.
public final class MemoryStore: PeerStore {
  private struct State {
    var trust: TrustList
    var memory: PeerMemory
  }

  private let keyPair: KeyPair
  private let state: Mutex<State>

  /// With a fresh identity.
  public convenience init(trust: TrustList = TrustList(), memory: PeerMemory = PeerMemory()) {
    var random = RandomStream.system()
    self.init(identity: KeyPair.generate(from: &random), trust: trust, memory: memory)
  }

  /// With an identity that the caller has, such as ``/PeerNet/KeyFile`` decodes.
  public init(identity: consuming KeyPair, trust: TrustList = TrustList(), memory: PeerMemory = PeerMemory()) {
    keyPair = identity
    state = Mutex(State(trust: trust, memory: memory))
  }

  /// The identity's public half, to be told to others.
  public var publicKey: PublicKey { keyPair.publicKey }

  public func identity() throws -> KeyPair {
    var bytes = KeyFile.encode(keyPair)
    defer { wipe(&bytes) }
    return try KeyFile.decode(bytes)
  }

  public func trust() -> TrustList { state.withLock { $0.trust } }

  public func memory() -> PeerMemory { state.withLock { $0.memory } }

  public func changeTrust(_ change: (inout TrustList) throws -> Void) throws -> TrustList {
    try state.withLock {
      var list = $0.trust
      try change(&list)
      $0.trust = list
      return list
    }
  }

  public func remember(_ peer: PeerMemory.Peer) { state.withLock { _ = $0.memory.merge(peer) } }

  public func forget(_ key: PublicKey) { state.withLock { _ = $0.memory.forget(key) } }
}
