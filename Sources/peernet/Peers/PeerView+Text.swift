import PeerNet
import PeerNetClient

extension PeerView {
  static let columns = ["label", "state", "for", "round trip", "loss", "next dial", "address", "ended"]
  /// Ends that stand in a row.
  private static let shownEnds = 3

  var row: [String] {
    [
      Printable.text(entry.label), state.rawValue, age.map(Self.text) ?? "-", roundTripText ?? "-", lossText ?? "-",
      dial.map(\.text) ?? "-", address ?? lastAddress.map { "was \($0)" } ?? "-", endsText,
    ]
  }

  /// What is known of the link, a name and what it is.
  var facts: [(name: String, value: String)] {
    let facts: [(String, String?)] = [
      ("state", state.rawValue + (age.map { " for \(Self.text($0))" } ?? "")), ("address", address),
      ("last_address", lastAddress), ("wire", wire.map { "\($0.rawValue)" }), ("round_trip", roundTripText),
      ("loss", lossText),
      ("next_dial", dial?.text), ("ended", endsText == "-" ? nil : endsText),
    ]
    return facts.compactMap { name, value in value.map { (name, $0) } }
  }

  /// As a line of a log, behind the time.
  var line: String {
    let label = Printable.text(entry.label)
    switch state {
    case .connected, .suspect:
      var parts = [label, state.rawValue]
      if let address { parts.append(address) }
      if let wire { parts.append("wire \(wire.rawValue)") }
      if let roundTripText { parts.append("round trip \(roundTripText)") }
      if let lossText { parts.append("loss \(lossText)") }
      // A link that lost its carrier is suspect at once, however short the silence is.
      if state == .suspect, let silence, silence >= .seconds(1) { parts.append("silent for \(Self.text(silence))") }
      return parts.joined(separator: "  ")
    case .away:
      let why = last.map { "\($0.reason.code): \($0.reason.text)" } ?? "not tried yet"
      var parts = [label, state.rawValue, why]
      if let unheard { parts.append("last seen \(Self.text(unheard)) ago") }
      if let lastAddress { parts.append("at \(lastAddress)") }
      return (parts + ["next dial \(dial?.text ?? "-")"]).joined(separator: "  ")
    }
  }

  var roundTripText: String? {
    roundTrip.map {
      let tenths = ($0.nanoseconds + 50_000) / 100_000
      return "\(tenths / 10).\(tenths % 10) ms"
    }
  }

  /// Rounded up: that something was lost is not hidden.
  var lossText: String? { asked > 0 ? "\((unanswered * 100 + asked - 1) / asked) %" : nil }

  /// Of one that is away what the last attempt failed of, unless it is what it was lost of; then the last disconnects.
  private var endsText: String {
    var ends = disconnects.prefix(Self.shownEnds).map { $0.text }
    if state == .away, let last, disconnects.first.map({ $0.reason != last.reason || $0.age != last.age }) ?? true {
      ends.insert("dial: \(last.text)", at: 0)
    }
    return ends.isEmpty ? "-" : ends.joined(separator: ", ")
  }

  static func text(_ duration: TimeSpan) -> String {
    Report.duration(duration.milliseconds / 1_000)
  }
}

extension PeerView.End {
  var text: String { "\(reason.code)" + (age.map { " \(PeerView.text($0)) ago" } ?? "") }
}

extension PeerView.Dial {
  var text: String {
    switch self {
    case .underWay: "under way"
    // Rounded up: what is still to come is not there yet.
    case .planned(let wait): "in \(Report.duration((wait.milliseconds + 999) / 1_000))"
    case .noAddress: "no address"
    }
  }
}
