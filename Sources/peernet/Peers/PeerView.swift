import PeerNet
import PeerNetClient
import Sodium

/// How it is with one peer at one moment: what `status` and `peers --watch` show.
struct PeerView {
  enum State: String, CaseIterable {
    /// Heard within the bound of its profile.
    case connected
    /// Still connected, but overdue: the peer did not answer a question in time and has not been heard since.
    case suspect
    /// No connection.
    case away
  }

  /// When it is dialled again.
  enum Dial: Equatable {
    case underWay
    case planned(TimeSpan)
    /// It has to be heard of first.
    case noAddress
  }

  /// An end, and how long ago it was.
  struct End {
    let reason: CloseReason
    let age: TimeSpan?
    var lasted: TimeSpan?
  }

  let entry: TrustEntry
  let state: State
  /// For how long it is in that state; nil for one that was never connected.
  let age: TimeSpan?
  /// When it was last heard, in seconds since 1970, and how long ago that is; nil for one that was never connected.
  let lastSeen: UInt64?
  let unheard: TimeSpan?
  let address: String?
  /// The address at which the peer last proved its key; nil while it is connected.
  let lastAddress: String?
  let wire: Wire?
  let roundTrip: TimeSpan?
  /// Questions that are settled, and how many of them were not answered in time.
  let asked: Int
  let unanswered: Int
  /// How long it was not heard; nil while there is no connection.
  let silence: TimeSpan?
  let profile: LivenessProfile
  /// Nil while it is connected.
  let dial: Dial?
  /// What the last connection, or the last attempt at one, ended of.
  let last: End?
  /// The newest first.
  let disconnects: [End]
  private let lost: Instant?

  /// As of `now`, which is `time` in seconds since 1970. `known` and `seen` are what the store remembers of the peer.
  init(
    _ status: Node.PeerStatus, _ disconnects: [Disconnect], known: [Endpoint] = [], seen: UInt64? = nil, now: Instant,
    time: UInt64 = CalendarTime.now
  ) {
    entry = status.entry
    state = !status.isConnected ? .away : status.liveness == .suspect ? .suspect : .connected
    let since: Instant? =
      switch state {
      case .connected: status.since
      case .suspect: status.livenessSince
      case .away: disconnects.last?.at
      }
    let heard = status.isConnected ? status.heard : disconnects.last?.heard
    lastSeen = heard.map { time - min(UInt64((now - $0).seconds), time) } ?? seen
    let remembered = seen.map { TimeSpan.seconds(Int64(time - min($0, time))) }
    unheard = heard.map { now - $0 } ?? remembered
    age = since.map { now - $0 } ?? (state == .away ? remembered : nil)
    let isConnected = status.isConnected
    address = isConnected ? status.endpoint?.description : nil
    lastAddress = isConnected ? nil : known.first?.description
    wire = isConnected ? status.wire : nil
    roundTrip = isConnected ? status.roundTrip : nil
    silence = isConnected ? status.heard.map { now - $0 } : nil
    (asked, unanswered) = (status.asked, status.unanswered)
    profile = status.profile
    dial =
      isConnected
      ? nil : status.nextDial.map { $0 > now ? .planned($0 - now) : .noAddress } ?? .underWay
    last = status.lastClose.map { End(reason: $0, age: status.lastClosed.map { now - $0 }) }
    lost = disconnects.last?.at
    self.disconnects = disconnects.reversed().map { End(reason: $0.reason, age: now - $0.at, lasted: $0.lasted) }
  }

  /// Nil when nothing was asked yet.
  var loss: Double? { asked > 0 ? Double(unanswered) / Double(asked) : nil }

  /// What has to change for `peers --watch` to print another line. A peer that is away is dialled again and again, at
  /// one address after another. The first failed dial is worth a line; the reasons of the later ones are not.
  struct Change: Equatable {
    let state: State
    let address: String?
    let wasTried: Bool
    /// When the connection was lost last, so that even the shortest loss gets a line.
    let lost: Instant?
  }

  var change: Change {
    Change(state: state, address: address, wasTried: state != .away || last != nil, lost: lost)
  }

  /// Whether it is useless to wait a moment longer: no dial is under way, and either a dial has failed already or no
  /// address is known.
  var isGivenUp: Bool {
    switch dial {
    case .noAddress: true
    case .planned: last != nil
    case .underWay, nil: false
    }
  }
}

extension PeerNode {
  /// Every peer, in the order of their labels, as of one moment.
  var views: [PeerView] {
    let now = now
    return
      statuses
      .map {
        PeerView(
          $0, disconnects(of: $0.entry.key), known: addresses(of: $0.entry.key), seen: lastSeen(of: $0.entry.key),
          now: now)
      }
      .sorted { $0.entry.label.lexicographicallyPrecedes($1.entry.label) }
  }
}
