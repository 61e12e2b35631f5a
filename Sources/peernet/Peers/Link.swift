import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

/// A node of ours, connected to one peer for the length of a command.
struct Link {
  let node: PeerNode
  let peer: TrustEntry
  private let home: HomeFolder
  private let known: PeerMemory.Peer?
  private let ourKey: PublicKey
  private let endpoints: [Endpoint]
  private let timeout: Swift.Duration?

  static let defaultTimeout = Swift.Duration.seconds(10)

  /// Connects to the peer, does `body`, and closes in good order whatever comes of it.
  static func use<Result: Sendable>(
    _ home: HomeOptions, _ options: PeerOptions, _ name: String, _ body: (Link) async throws -> Result
  ) async throws -> Result {
    let link = try Link(home.folder(), options, name)
    do {
      try await link.start()
      let result = try await body(link)
      await link.stop()
      return result
    } catch {
      await link.stop()
      throw error
    }
  }

  private init(_ home: HomeFolder, _ options: PeerOptions, _ name: String) throws {
    self.home = home
    let trust = try reading(home.trust)
    let peer = try trust.peer(named: name)
    self.peer = peer
    ourKey = try reading { () throws(HomeFolderError) in try home.identity().publicKey }
    endpoints = options.at.map { [$0] } ?? []
    timeout = options.timeout?.duration
    let memory = Self.memory(home)
    known = memory.peer(peer.key)
    var configuration = PeerNode.Configuration(
      identity: { try home.identity() }, trust: trust,
      memory: options.at == nil ? memory : memory.withoutAddresses(peer.key))
    configuration.discovers = endpoints.isEmpty
    do {
      let port = endpoints.isEmpty ? try options.network.port() : nil
      node = PeerNode(
        configuration,
        transport: try ReactorThread(discoveryPort: port, interfaces: options.network.allowedInterfaces))
    } catch { throw Attempt(peer: peer, ourKey: ourKey).failure(error) }
  }

  /// What was remembered; a file that cannot be read is told of, and nothing else depends on it.
  private static func memory(_ home: HomeFolder) -> PeerMemory {
    do { return try home.memory() } catch {
      Console.say("peernet: \(Failure(error).line)")
      return PeerMemory()
    }
  }

  private func start() async throws {
    do { try await node.start() } catch { throw attempt(nil).failure(error) }
    try await connect()
  }

  private func attempt(_ handle: String?) -> Attempt { Attempt(peer: peer, ourKey: ourKey, handle: handle) }

  private func stop() async {
    if let learned = await node.memory.peer(peer.key), learned != known {
      do { try home.remember(learned) } catch { Console.say("peernet: \(Failure(error).line)") }
    }
    await node.stop()
  }

  // MARK: Asking

  /// Waits for a connection, the first or one after a loss.
  func connect(within limit: Swift.Duration? = nil) async throws {
    do {
      try await node.connect(to: peer.key, at: endpoints, timeout: limit ?? timeout ?? Self.defaultTimeout)
    } catch { throw attempt(nil).failure(error) }
  }

  /// Calls a handle; what is thrown can be told to a person.
  func call(_ name: String, _ arguments: Term = .map([]), timeout limit: Swift.Duration = defaultTimeout) async throws
    -> Term
  {
    do { return try await node.call(peer.key, Atom(Array(name.utf8)), arguments, timeout: timeout ?? limit) } catch {
      throw await failure(error, handle: name)
    }
  }

  /// The connection may be refused only after it was made: then what came last tells more than that it is gone.
  private func failure(_ error: any Error, handle: String) async -> Failure {
    if error as? PeerNetError == .notConnected, let reason = await status?.lastClose {
      return attempt(nil).failure(.unreachable(reason))
    }
    return attempt(handle).failure(error)
  }

  func ping() async throws -> Swift.Duration {
    let limit = timeout ?? Self.defaultTimeout
    let (node, key) = (node, peer.key)
    do {
      return try await withThrowingTaskGroup(of: Swift.Duration.self) { group in
        group.addTask { try await node.ping(key) }
        group.addTask {
          try await Task.sleep(for: limit)
          throw PeerNetError.timedOut
        }
        defer { group.cancelAll() }
        return try await group.next()!
      }
    } catch { throw await failure(error, handle: "ping") }
  }

  /// What the connection is like.
  var status: Node.PeerStatus? {
    get async {
      let key = peer.key
      return await node.peers.first { $0.entry.key == key }
    }
  }
}

extension PeerMemory {
  /// What else is known of a peer stays, so that it is spoken to on its own wire.
  fileprivate func withoutAddresses(_ key: PublicKey) -> PeerMemory {
    var memory = PeerMemory()
    if peer(key)?.speaksTwo ?? false { _ = memory.noteSpeaksTwo(key) }
    return memory
  }
}
