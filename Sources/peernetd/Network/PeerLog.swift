import Linux
import PeerNet
import Sodium

/// Tells in the log what happens between the board and others. What anyone can repeat at will is counted instead.
struct PeerLog {
  /// Lines a minute about one peer that comes, and about one that goes; the rest is counted.
  private static let linesOfPeer: Int64 = 5

  let log: Log

  func tell(_ event: Event, of node: Node, at now: Instant) {
    switch event {
    case .opened(_, let key, let endpoint, let wire, let dialled):
      log.write(
        .debug, "connection.opened",
        [
          .peer(key), .address(endpoint), .number("wire", Int64(wire.rawValue)),
          .literal("by", dialled ? "board" : "peer"),
        ])
    case .closed(_, let key, let reason):
      log.write(.debug, "connection.closed", [.peer(key)] + reason.fields)
    case .connected(let key):
      log.writeFailure(
        .info, "peer.connected", about: subject(key, node), route(key, node), burst: Self.linesOfPeer, at: now)
    case .suspected(_, let key):
      log.writeFailure(.info, "peer.suspect", about: subject(key, node), liveness(key, node, at: now), at: now)
    case .relieved(_, let key):
      log.writeFailure(.info, "peer.relieved", about: subject(key, node), liveness(key, node, at: now), at: now)
    case .disconnected(let key, let reason):
      log.writeFailure(
        .info, "peer.disconnected", about: subject(key, node), reason.fields, burst: Self.linesOfPeer, at: now)
    case .dialFailed(let key, let endpoint, let reason):
      log.writeFailure(
        .info, "dial.failed", about: subject(key, node), [.address(endpoint)] + reason.fields, at: now)
    case .rejected(let endpoint, let key, let reason):
      // A stranger that closes before it proved a key was not rejected: a peer dials several addresses and drops all
      // connections but one.
      let event: StaticString = key == nil && reason == .closedByPeer ? "connection.left" : "stranger.rejected"
      // Of a flood the address counts, whatever its ports and keys.
      log.writeFailure(
        .info, event, about: [.host(endpoint)], (key.map { [.peer($0)] } ?? []) + reason.fields, at: now)
    case .refused(let key, let name, let reason):
      log.writeFailure(
        .notice, "call.refused", about: subject(key, node) + [.bytes("procedure", name)],
        [.literal("reason", reason.text)], at: now)
    case .request, .message, .callFinished, .pong, .sighted, .memoryChanged: break
    }
  }

  func tellDiscoveryFailure(_ interface: [UInt8], _ error: Errno, at now: Instant) {
    log.writeFailure(
      .warning, "discovery.failed", about: [.bytes("interface", interface)], [.bytes("reason", error.text)], at: now)
  }

  /// Whom a line is about: an unpaired peer has no label any more.
  private func subject(_ key: PublicKey, _ node: Node) -> [LogField] {
    guard let label = node.status(of: key)?.entry.label else { return [.peer(key)] }
    return [.peer(key), .bytes("label", label)]
  }

  /// How it answered so far: on a link that is always suspect this is what tells why.
  private func liveness(_ key: PublicKey, _ node: Node, at now: Instant) -> [LogField] {
    guard let status = node.status(of: key) else { return [] }
    var fields: [LogField] = []
    if let endpoint = status.endpoint { fields.append(.address(endpoint)) }
    if let heard = status.heard { fields.append(.number("silent_ms", (now - heard).milliseconds)) }
    if let roundTrip = status.roundTrip { fields.append(.number("rtt_us", roundTrip.nanoseconds / 1_000)) }
    return fields + [.number("asked", Int64(status.asked)), .number("unanswered", Int64(status.unanswered))]
  }

  private func route(_ key: PublicKey, _ node: Node) -> [LogField] {
    guard let status = node.status(of: key), let endpoint = status.endpoint, let wire = status.wire else { return [] }
    return [.address(endpoint), .number("wire", Int64(wire.rawValue))]
  }
}

extension RefusalReason {
  fileprivate var text: StaticString {
    switch self {
    case .noSuchHandle: "no_such_handle"
    case .forbidden: "forbidden"
    case .busy: "busy"
    case .notRemoteProcedure: "not_a_remote_procedure"
    case .tooLarge: "too_large"
    }
  }
}

extension CloseReason {
  /// `reason=` and what else is known.
  var fields: [LogField] {
    let reason = LogField.literal("reason", code)
    if case .wrongPeer(let key) = self { return [reason, LogField(key: "found", value: .publicKey(key))] }
    return [reason] + (errno.map { [.number("errno", Int64($0))] } ?? [])
  }
}
