import ETF
import PeerNet
import Sodium

/// A peer, to be called in the words of what it does.
///
///     let board = try await node.device(named: "workshop")
///     try await board.connect()
///     try await board.gpio.write("relay", true)
///     print(try await board.wifi.status().state)
///
/// It is a name and costs nothing: the connection is the node's. Procedures of your own are called by their
/// ``RemoteProcedure``, or by ``call(_:_:as:timeout:waiting:)`` in passing.
///
/// Everything that it asks throws ``PeerNetError``, ``TermConversionError`` for an answer that is not of its type, or
/// `CancellationError`.
public struct Device: Sendable {
  /// Who it is.
  public let key: PublicKey
  /// The node of ours that it is a peer of.
  public let node: PeerNode
  /// How long to wait for an answer, unless the call or its procedure says otherwise.
  public var timeout: Duration
  /// How long a call waits for a connection while there is none, unless the call says otherwise; nil, as it is at first,
  /// for not at all: what cannot be sent now is refused at once.
  ///
  ///     board.waiting = .seconds(30)
  ///     try await board.gpio.write("pump", true)  // within 30 s, should the board be away
  public var waiting: Duration?

  /// The peer with this key, which the node must trust for anything to come of it.
  public init(
    _ key: PublicKey, on node: PeerNode, timeout: Duration = .seconds(10), waiting: Duration? = nil
  ) {
    self.key = key
    self.node = node
    self.timeout = timeout
    self.waiting = waiting
  }

  // MARK: Connecting

  /// Waits until it is connected; see ``PeerNode/connect(to:at:timeout:)``.
  public func connect(at endpoints: [Endpoint] = [], timeout: Duration = .seconds(10)) async throws {
    try await node.connect(to: key, at: endpoints, timeout: timeout)
  }

  /// Ends the connection, and lets the node dial it no more.
  public func disconnect() async { await node.disconnect(from: key) }

  /// Whether a call would be sent now.
  public var isConnected: Bool { get async { await node.isConnected(to: key) } }

  /// How it is connected; nil when the node does not trust it.
  public var status: Node.PeerStatus? { get async { await node.status(of: key) } }

  /// The last times that it was lost; see ``PeerNode/disconnects(of:)``.
  public var disconnects: [Disconnect] { get async { await node.disconnects(of: key) } }

  /// Measures one round trip.
  public func ping() async throws -> Duration { try await node.ping(key, timeout: timeout) }

  // MARK: Calling

  /// Calls a procedure.
  ///
  ///     let text = try await board(greet, "Ada")
  ///
  /// - Parameters:
  ///   - timeout: how long to wait for the answer.
  ///   - waiting: how long to wait for a connection while there is none; see
  ///     ``PeerNode/call(_:_:_:timeout:waiting:)-(_,Atom,_,_,_)``.
  public nonisolated(nonsending) func callAsFunction<Arguments, Answer>(
    _ procedure: RemoteProcedure<Arguments, Answer>, _ arguments: Arguments, timeout: Duration? = nil,
    waiting: Duration? = nil
  ) async throws -> Answer {
    try await node.call(
      key, procedure, arguments, timeout: timeout ?? procedure.timeout ?? self.timeout,
      waiting: waiting ?? self.waiting)
  }

  /// Calls a procedure that takes no arguments.
  public nonisolated(nonsending) func callAsFunction<Answer>(
    _ procedure: RemoteProcedure<NoArguments, Answer>, timeout: Duration? = nil,
    waiting: Duration? = nil
  ) async throws -> Answer {
    try await self(procedure, NoArguments(), timeout: timeout, waiting: waiting)
  }

  /// Calls a handle by its name.
  ///
  ///     let sum = try await board.call("add", [1, 2], as: Int.self)
  ///     let state = try await board.call("lamp.status", as: String.self, waiting: .seconds(10))
  public nonisolated(nonsending) func call<Answer: TermConvertible>(
    _ name: Atom, _ arguments: some TermConvertible = NoArguments(), as type: Answer.Type = Answer.self,
    timeout: Duration? = nil, waiting: Duration? = nil
  ) async throws -> Answer {
    try await self(RemoteProcedure(name), arguments, timeout: timeout, waiting: waiting)
  }

  /// Sends a message to a handle; nothing tells whether it arrived.
  public func send(_ name: Atom, _ arguments: some TermConvertible = NoArguments()) async throws {
    try await node.send(key, name, arguments.term)
  }

  // MARK: What a board does

  /// Its radio.
  public var wifi: Wifi { Wifi(device: self) }
  /// Its lines.
  public var gpio: GPIO { GPIO(device: self) }
  /// The machine itself.
  public var system: System { System(device: self) }
  /// The program on it that answers.
  public var agent: Agent { Agent(device: self) }
}

extension PeerNode {
  /// The peer with this key.
  public nonisolated func device(_ key: PublicKey) -> Device { Device(key, on: self) }

  /// The peer that the trust list has under this label.
  ///
  /// - Throws: ``PeerNetError/untrustedPeer`` when there is none.
  public func device(named label: String) throws -> Device {
    guard let peer = statuses.first(where: { $0.entry.label.elementsEqual(label.utf8) }) else {
      throw PeerNetError.untrustedPeer
    }
    return Device(peer.entry.key, on: self)
  }
}
