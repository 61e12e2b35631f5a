import PeerNet
import PeerNetClient
import Sodium

/// Who was seen where, each place once. What strangers can make it hold is bounded: the longest unseen goes.
struct Sightings {
  private struct Place {
    let key: PublicKey
    let endpoint: Endpoint
    var at: ContinuousClock.Instant
  }

  static let maximum = 512

  private let trust: TrustList
  /// In the order first seen.
  private var places: [Place] = []

  init(trust: TrustList) { self.trust = trust }

  var isEmpty: Bool { places.isEmpty }

  /// Notes a sighting; nil when only its time is news.
  mutating func add(_ sighting: Sighting, at now: ContinuousClock.Instant = .now) -> Sighting? {
    if let index = places.firstIndex(where: { $0.key == sighting.key && $0.endpoint == sighting.endpoint }) {
      places[index].at = now
      return nil
    }
    if places.count >= Self.maximum, let oldest = places.indices.min(by: { places[$0].at < places[$1].at }) {
      places.remove(at: oldest)
    }
    places.append(Place(key: sighting.key, endpoint: sighting.endpoint, at: now))
    return sighting
  }

  func json(_ sighting: Sighting) -> JSON {
    let label = trust.entry(for: sighting.key)?.label
    return .object([
      ("label", label.map { .text($0) } ?? .null), ("trusted", .bool(label != nil)),
      ("fingerprint", .string(sighting.key.fingerprintText)), ("key", .string(sighting.key.description)),
      ("address", .string(sighting.endpoint.description)),
      ("by", .string(sighting.source == .announce ? "announce" : "answer")),
    ])
  }

  /// The trusted ones first.
  func table(at now: ContinuousClock.Instant = .now) -> Table {
    var table = Table(["label", "fingerprint", "address", "age", "key"])
    let labelled = places.map { ($0, trust.entry(for: $0.key)?.label) }
    for (place, label) in labelled.filter({ $0.1 != nil }) + labelled.filter({ $0.1 == nil }) {
      table.rows.append([
        label.map { Printable.text($0) } ?? "-", place.key.fingerprintText, place.endpoint.description,
        Report.duration(place.at.duration(to: now).components.seconds), place.key.description,
      ])
    }
    return table
  }
}
