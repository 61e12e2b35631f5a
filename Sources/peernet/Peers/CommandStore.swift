import Admin
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

/// The home folder for the length of a command. Where peers are is only a memory: a file of it that cannot be read or
/// written is told of, and nothing else depends on it.
struct CommandStore: PeerStore {
  let home: HomeFolder
  /// The peer whose address the operator named: no other of its addresses shall be dialled.
  var dialledByAddress: PublicKey?

  func identity() throws -> KeyPair { try home.identity() }

  func trust() throws -> TrustList { try home.trust() }

  func changeTrust(_ change: (inout TrustList) throws -> Void) throws -> TrustList { try home.changeTrust(change) }

  func trustChanges() -> AsyncStream<Void> { home.trustChanges() }

  func memory() -> PeerMemory {
    do throws(HomeFolderError) {
      let memory = try home.memory()
      return dialledByAddress.map { memory.withoutAddresses($0) } ?? memory
    } catch {
      tell(error)
      return PeerMemory()
    }
  }

  func remember(_ peer: PeerMemory.Peer) {
    do throws(HomeFolderError) { try home.remember(peer) } catch { tell(error) }
  }

  func forget(_ key: PublicKey) throws { try home.forget(key) }

  private func tell(_ error: HomeFolderError) { Console.say("peernet: \(CommandError(error).line)") }
}

extension PeerMemory {
  /// What else is known of a peer stays, so that it is spoken to on its own wire.
  fileprivate func withoutAddresses(_ key: PublicKey) -> PeerMemory {
    var memory = PeerMemory()
    if peer(key)?.speaksTwo ?? false { _ = memory.noteSpeaksTwo(key) }
    return memory
  }
}

extension PeerNode {
  /// A node that runs for the length of a command and has no single peer; what is thrown can be told to a person.
  static func started(
    _ store: CommandStore, _ network: NetworkOptions, connectsAutomatically: Bool
  ) async throws -> PeerNode {
    do {
      var configuration = PeerNode.Configuration(store: store)
      configuration.connectsAutomatically = connectsAutomatically
      configuration.network = try network.network()
      let node = try PeerNode(configuration)
      try await node.start()
      return node
    } catch let failure as CommandError { throw failure } catch let error as HomeFolderError {
      throw CommandError(error)
    } catch {
      throw CommandError(
        .internal, "cannot look for peers", because: "\(error)", next: "check the network's interfaces")
    }
  }
}
