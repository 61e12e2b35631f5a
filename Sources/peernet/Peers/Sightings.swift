import PeerNet
import PeerNetClient
import Sodium

/// Which key was seen at which address, each pair once. Strangers can announce any number of keys, so the list is
/// bounded: a trusted key displaces others, a node that answered displaces one that only announced itself, and among
/// equals the one that was not seen for longest goes.
struct Sightings {
  private struct Place {
    let key: PublicKey
    let endpoint: Endpoint
    let isTrusted: Bool
    var isAnswer: Bool
    var at: ContinuousClock.Instant

    /// What decides which place is kept: the larger value.
    var worth: (Int, Int, ContinuousClock.Instant) { (isTrusted ? 1 : 0, isAnswer ? 1 : 0, at) }
  }

  static let maximum = 512
  /// The most addresses that are kept for one key.
  static let maximumOfKey = 8

  /// Those of the trusted keys.
  private let labels: [PublicKey: [UInt8]]
  /// In the order first seen.
  private var places: [Place] = []

  init(labels: [PublicKey: [UInt8]]) { self.labels = labels }

  var isEmpty: Bool { places.isEmpty }

  var count: Int { places.count }

  /// Notes a sighting and returns it. Nil when the place was known already, or when every place that is held is worth
  /// more.
  mutating func add(_ sighting: Sighting, at now: ContinuousClock.Instant = .now) -> Sighting? {
    if let index = places.firstIndex(where: { $0.key == sighting.key && $0.endpoint == sighting.endpoint }) {
      places[index].at = now
      if sighting.source != .announce { places[index].isAnswer = true }
      return nil
    }
    let new = Place(
      key: sighting.key, endpoint: sighting.endpoint, isTrusted: labels[sighting.key] != nil,
      isAnswer: sighting.source != .announce, at: now)
    let ofKey = places.indices.filter { places[$0].key == new.key }
    let rivals = ofKey.count >= Self.maximumOfKey ? ofKey : places.count >= Self.maximum ? Array(places.indices) : []
    if let worst = rivals.min(by: { places[$0].worth < places[$1].worth }) {
      guard places[worst].worth < new.worth else { return nil }
      places.remove(at: worst)
    }
    places.append(new)
    return sighting
  }

  func json(_ sighting: Sighting) -> JSON {
    let label = labels[sighting.key]
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
    let labelled = places.map { ($0, labels[$0.key]) }
    for (place, label) in labelled.filter({ $0.1 != nil }) + labelled.filter({ $0.1 == nil }) {
      table.rows.append([
        label.map { Printable.text($0) } ?? "-", place.key.fingerprintText, place.endpoint.description,
        Report.duration(place.at.duration(to: now).components.seconds), place.key.description,
      ])
    }
    return table
  }
}
