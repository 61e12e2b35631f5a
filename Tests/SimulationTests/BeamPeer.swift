import ETF
import Sodium
import VirtualNetwork

@testable import PeerNet

/// A peer as the BEAM implementation behaves: PeerNet/1 only, keeps its newest connection and closes the older one,
/// leaves unread what comes in M3's segment until more bytes come, pings every 30 s.
final class BeamPeer: Party {
  private final class Connection {
    let id: ConnectionID
    let session: Session
    var hasM1 = false
    var arrivals = 0
    var isEstablished = false
    /// What came together with M3.
    var held: [UInt8] = []
    /// When M3 is read, and what has come until then.
    var late: (due: Instant, bytes: [UInt8])?
    var nextPing: Instant

    init(_ id: ConnectionID, _ session: Session, now: Instant) {
      self.id = id
      self.session = session
      nextPing = now + .seconds(30)
    }
  }

  let identity: KeyPair
  var publicKey: PublicKey { identity.publicKey }
  private(set) var requests: [Envelope] = []
  private(set) var replies: [Envelope] = []
  /// Everything that is not PeerNet/1 counts against its supervisor.
  private(set) var malformed = 0
  private(set) var established = 0
  /// A busy machine reads M3 only this much after it has come, with whatever else has come by then.
  var lateness = TimeSpan.zero
  /// How often bytes have come on the connection where they have come the most often.
  var arrivals: Int { connections.values.map(\.arrivals).max() ?? 0 }
  private var connections: [ConnectionID: Connection] = [:]
  private var outputs: [Output] = []
  private var random = RandomStream(seed: [UInt8](repeating: 77, count: 32))
  private var lastConnection: UInt64 = 0
  private let hello = Hello(instance: [UInt8](repeating: 0, count: 16))

  init(identity: consuming KeyPair) { self.identity = identity }

  var openConnections: Int { connections.values.count { $0.isEstablished } }

  var deadline: Instant? {
    connections.values.compactMap { $0.isEstablished ? $0.nextPing : $0.late?.due }.min()
  }

  func nextOutput() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

  func dial(_ endpoint: Endpoint, now: Instant) {
    let connection = open(.initiator, endpoint, now: now)
    outputs.append(.dial(connection.id, endpoint, deadline: .seconds(134)))
  }

  func say(_ envelope: Envelope) {
    guard let newest = connections.values.filter({ $0.isEstablished }).max(by: { $0.id < $1.id })
    else { return }
    _ = try? newest.session.send(envelope)
    flush(newest)
  }

  private func open(_ role: Session.Role, _ endpoint: Endpoint, now: Instant) -> Connection {
    lastConnection += 1
    let session = Session(
      role: role, endpoint: endpoint, wire: .one, limits: Limits(), encoding: EncodingOptions(atoms: .latin1))
    let connection = Connection(ConnectionID(lastConnection), session, now: now)
    connections[connection.id] = connection
    return connection
  }

  func handleAccepted(from endpoint: Endpoint, now: Instant) -> ConnectionID { open(.responder, endpoint, now: now).id }

  func handleConnected(_ id: ConnectionID, now: Instant) {
    guard let connection = connections[id] else { return }
    connection.session.connected(now: now, random: &random)
    flush(connection)
  }

  func handleDialFailed(_ id: ConnectionID, _ reason: CloseReason, now: Instant) { connections[id] = nil }

  func handleDisconnected(_ id: ConnectionID, _ reason: CloseReason, now: Instant) { connections[id] = nil }

  func handleDatagram(_ bytes: [UInt8], from endpoint: Endpoint, link: UInt32?, now: Instant) {}

  func handleProbe(_ datagram: [UInt8], from endpoint: Endpoint, now: Instant) {}

  func handleNetworkChange(now: Instant) {}

  func handleLinkLost(_ id: ConnectionID, now: Instant) {}

  func handleReceived(_ id: ConnectionID, _ bytes: [UInt8], now: Instant) {
    guard let connection = connections[id] else { return }
    connection.arrivals += 1
    let isM3 = connection.session.role == .responder && !connection.isEstablished && connection.hasM1
    connection.hasM1 = true
    guard isM3, lateness > .zero else { return read(bytes, connection, now: now) }
    connection.late = (connection.late?.due ?? now + lateness, (connection.late?.bytes ?? []) + bytes)
  }

  private func read(_ bytes: [UInt8], _ connection: Connection, now: Instant) {
    var arrived = connection.held + bytes
    connection.held = []
    let m3 = 74
    if connection.session.role == .responder, !connection.isEstablished, arrived.count > m3 {
      connection.held = Array(arrived[m3...])
      arrived = Array(arrived[..<m3])
    }
    arrived.withUnsafeBytes { connection.session.receive($0) }
    do {
      while let input = try connection.session.next(hello: hello, staticKey: identity, now: now, random: &random) {
        switch input {
        case .proved: try establish(connection, now: now)
        case .envelope(let incoming): try answer(incoming.envelope, connection)
        }
      }
      if connection.session.wire == .two { throw SessionError.unknownWire }
      flush(connection)
    } catch {
      malformed += 1
      close(connection)
    }
  }

  private func establish(_ connection: Connection, now: Instant) throws {
    try connection.session.admit(hello: hello, staticKey: identity, now: now, random: &random)
    connection.isEstablished = true
    connection.nextPing = now + .seconds(30)
    established += 1
    for other in connections.values.sorted(by: { $0.id < $1.id })
    where other !== connection && other.isEstablished { close(other) }
  }

  private func answer(_ envelope: Envelope, _ connection: Connection) throws {
    switch envelope {
    case .ping(let nonce): _ = try connection.session.send(.pong(nonce: nonce))
    case .call(let id, _, let arguments):
      requests.append(envelope)
      _ = try connection.session.send(.reply(id: id, .ok(arguments)))
    case .reply: replies.append(envelope)
    case .send, .pong, .bye: break
    }
  }

  private func close(_ connection: Connection) {
    flush(connection)
    connections[connection.id] = nil
    outputs.append(.close(connection.id, flush: true))
  }

  func handleDrained(_ id: ConnectionID, now: Instant) {
    guard let connection = connections[id] else { return }
    try? connection.session.drained()
    flush(connection)
  }

  func timeout(now: Instant) {
    for connection in connections.values.sorted(by: { $0.id < $1.id }) {
      guard let late = connection.late, now >= late.due else { continue }
      connection.late = nil
      read(late.bytes, connection, now: now)
    }
    for connection in connections.values.sorted(by: { $0.id < $1.id })
    where connection.isEstablished && now >= connection.nextPing {
      connection.nextPing = now + .seconds(30)
      try? connection.session.sendPing(random.bytes(16), now: now)
      flush(connection)
    }
  }

  private func flush(_ connection: Connection) {
    if let bytes = connection.session.takeOutput() { outputs.append(.send(connection.id, bytes)) }
  }
}
