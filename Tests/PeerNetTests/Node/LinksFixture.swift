import Sodium

@testable import PeerNet

/// A peer and its connections without a node: what is due and what was decided stands in plain sight.
final class LinksFixture {
  static let address = Endpoint(ipv4: 0x0a00_0001, port: 7_000)

  let ours: PublicKey
  let peer: PeerLinks
  var limits = Limits()
  var now = Instant(nanoseconds: 100_000_000_000)
  private var random = RandomStream(seed: [UInt8](repeating: 9, count: 32))
  private var timers = Timers()
  private var registry = Registry()

  init(ours: UInt64 = 1, theirs: UInt64 = 2, wire: Wire? = nil, pinning addresses: [Endpoint] = []) {
    self.ours = PublicKey(ours, 0, 0, 0)
    let entry = TrustEntry(key: PublicKey(theirs, 0, 0, 0), label: [65], wire: wire)
    peer = PeerLinks(entry, nil, timer: timers.add(), dialledFrom: now, now: now)
    for address in addresses { peer.candidates.pin(address, now: now) }
  }

  /// An attempt, without a TCP connection.
  func dial(_ wire: Wire = .two, at endpoint: Endpoint = address, for purpose: Connection.Dial.Purpose = .connection)
    -> Connection
  {
    let session = Session(role: .initiator, endpoint: endpoint, wire: wire, limits: limits)
    let dial = Connection.Dial(peer: peer, purpose: purpose)
    let connection = Connection(
      registry.newID(), session, .dialling(dial, until: now + limits.dialDeadline), timer: timers.add(), now: now)
    peer.add(connection)
    return connection
  }

  /// A connection on which the peer was let in and heard.
  func open(_ role: Session.Role, _ wire: Wire = .two, at endpoint: Endpoint = address) -> Connection {
    let session = Session(role: role, endpoint: endpoint, wire: wire, limits: limits)
    let stranger = Stranger(isKnown: false, conspicuity: 0)
    let connection = Connection(
      registry.newID(), session, .stranger(stranger, until: now), timer: timers.add(), now: now)
    connection.letIn(OpenConnection(peer, .heard, now: now))
    peer.letIn(connection)
    return connection
  }

  /// Ends it, as a node would.
  func end(_ connection: Connection, _ reason: CloseReason) {
    let open = connection.open
    connection.close()
    if let open {
      peer.ended(connection, heir: open.retirement?.winner, reason, now: now)
    } else {
      _ = peer.ended(attempt: connection, reason, now: now)
    }
  }

  func takeDial(_ policy: PeerLinks.Policy = .all) -> Endpoint? {
    peer.takeDial(policy, limits, now: now, random: &random)
  }

  /// How long until the next dial is due; nil when none will be.
  func wait(_ policy: PeerLinks.Policy = .all) -> TimeSpan? {
    let due = peer.nextDial(policy, limits)
    return due == .distantFuture ? nil : max(due - now, .zero)
  }
}
