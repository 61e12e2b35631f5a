import Admin
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
  private let ourKey: PublicKey
  private let endpoints: [Endpoint]
  /// Has no discovery port when the command was given an address, and looks for nobody.
  private let network: Network
  private let timeout: Duration?
  /// For the connection.
  private let wait: Duration

  static let defaultTimeout = Duration.seconds(10)
  /// For a call that is asked for again: a dead link has to be noticed, and another made.
  static let defaultOnceTimeout = Duration.seconds(30)

  /// Connects to the peer, does `body`, and closes in good order whatever comes of it.
  static func use<Result: Sendable>(
    _ home: HomeOptions, _ options: PeerOptions, _ name: String, _ body: (Link) async throws -> Result
  ) async throws -> Result {
    let folder = try home.folder()
    // In this order: what is changed in between would be missed otherwise.
    let changes = folder.trustChanges()
    let trust = try reading(folder.trust)
    let peer = try trust.peer(named: name)
    let identity = try reading(folder.identity)
    let link = try Link(folder, options, peer, ourKey: identity.publicKey)
    do {
      do {
        try await link.node.reach(
          peer.key, at: link.endpoints, timeout: link.wait, as: identity, trusting: trust, changes: changes)
      } catch { throw await link.failure(reaching: error) }
      let result = try await body(link)
      await link.stop()
      return result
    } catch {
      await link.stop()
      throw error
    }
  }

  private func stop() async {
    await node.noteLastSeen(in: home)
    await node.stop()
  }

  private init(_ home: HomeFolder, _ options: PeerOptions, _ peer: TrustEntry, ourKey: PublicKey) throws {
    self.home = home
    self.peer = peer
    self.ourKey = ourKey
    endpoints = options.at?.endpoints ?? []
    timeout = options.timeout?.duration
    wait = options.wait?.duration ?? timeout ?? Self.defaultTimeout
    var network = try options.network.network()
    if !endpoints.isEmpty { network.discoveryPort = nil }
    self.network = network
    var configuration = PeerNode.Configuration(
      store: CommandStore(home: home, dialledByAddress: options.at == nil ? nil : peer.key))
    configuration.connectsAutomatically = false
    configuration.network = network
    do { node = try PeerNode(configuration) } catch { throw Attempt(peer: peer, ourKey: ourKey).failure(error) }
  }

  private func attempt(_ handle: String?) -> Attempt { Attempt(peer: peer, ourKey: ourKey, handle: handle) }

  // MARK: Connecting

  /// Why the node did not start or reach the peer.
  private func failure(reaching error: any Error) async -> CommandError {
    let failure = attempt(nil).failure(error)
    guard failure.status == .unreachable else { return failure }
    guard network.discoveryPort != nil, await !node.hasSightings else { return withLastSeen(failure) }
    return withLastSeen(Silence(network).explaining(failure))
  }

  /// The same failure, which also says when and where the peer was last seen.
  private func withLastSeen(_ failure: CommandError) -> CommandError {
    guard let known = (try? home.memory())?.peer(peer.key), let text = LastSeen(known).text() else { return failure }
    return CommandError(failure.status, failure.what, because: "\(failure.why) (\(text))", next: failure.next)
  }

  // MARK: Asking

  // What these throw can be told to a person.

  /// Calls a handle. An answer that is not of the shape is a failure.
  func call(
    _ name: String, _ arguments: Term = .map([]), as shape: AnswerShape? = nil, timeout limit: Duration = defaultTimeout
  ) async throws -> Term {
    do {
      let answer = try await node.call(peer.key, Atom(Array(name.utf8)), arguments, timeout: timeout ?? limit)
      return try hold(answer, to: shape, of: name)
    } catch { throw await failure(error, name, arguments) }
  }

  /// Has something done that changes the peer: when the link goes down before the answer, it is asked for over the next one,
  /// and still done only once.
  func once(_ name: String, _ arguments: Term, key: OnceKey = OnceKey(), as shape: AnswerShape? = nil) async throws
    -> OnceAnswer
  {
    do {
      let answer = try await device.once(
        Atom(Array(name.utf8)), arguments, key: key, timeout: timeout ?? Self.defaultOnceTimeout, onLoss: Self.tellLoss)
      _ = try hold(answer.value, to: shape, of: name)
      return answer
    } catch { throw await failure(error, name, arguments) }
  }

  private static let tellLoss: @Sendable () -> Void = {
    Console.say("the link went down before the answer; asking again over the next one")
  }

  /// Waits until the board was started anew since the call of that key.
  func restarted(
    _ name: String, _ arguments: Term, key: OnceKey, timeout limit: Duration,
    onChange: @escaping @Sendable (RestartSighting) -> Void
  ) async throws -> OnceAnswer {
    do {
      return try await device.restarted(
        Atom(Array(name.utf8)), arguments, key: key, timeout: timeout ?? limit, onChange: onChange)
    } catch { throw await failure(error, name, arguments) }
  }

  /// Has the board restart its wifi, and waits for what came of it.
  func restartWifi(onLoss: @escaping @Sendable () -> Void) async throws -> Term {
    let name = Procedure.wifiRestart.handle
    do {
      let answer = try await device.wifi.restarted(within: timeout ?? .seconds(40), onLoss: onLoss)
      return try hold(answer, to: .map, of: name)
    } catch { throw await failure(error, name) }
  }

  /// Measures one round trip.
  func ping() async throws -> Duration {
    do { return try await device.ping() } catch { throw await failure(error, "ping") }
  }

  private var device: Device { Device(peer.key, on: node, timeout: timeout ?? Self.defaultTimeout) }

  private func hold(_ answer: Term, to shape: AnswerShape?, of handle: String) throws(CommandError) -> Term {
    guard let fault = shape?.fault(in: answer) else { return answer }
    throw attempt(handle).failure(badAnswer: fault)
  }

  private func failure(_ error: any Error, _ handle: String, _ arguments: Term = .map([])) async -> CommandError {
    switch error as? PeerNetError {
    case .notConnected:
      // A peer may refuse us after the connection was made. Then the reason why it closed says more than "not
      // connected".
      guard let reason = await status?.lastClose else { break }
      return attempt(nil).failure(.unreachable(reason))
    case .remote(.atom("forbidden")):
      var attempt = attempt(handle)
      attempt.arguments = arguments
      attempt.hasLogin = await hasLogin
      return attempt.failure(error)
    default: break
    }
    return attempt(handle).failure(error)
  }

  /// Whether commands can be typed on the board: a board with our image has no login. Nil when the board does not say
  /// what it runs.
  private var hasLogin: Bool? {
    get async {
      let device = Device(peer.key, on: node, timeout: .seconds(2))
      guard let info: Term = try? await device.call(Atom(Procedure.systemInfo.name.bytes)), info.pairs != nil else {
        return nil
      }
      return info[binaryKey: "image"] == nil
    }
  }

  /// What the connection is like.
  var status: Node.PeerStatus? { get async { await node.status(of: peer.key) } }

  /// The same for people and scripts.
  var view: PeerView? { get async { await node.views.first { $0.entry.key == peer.key } } }
}
