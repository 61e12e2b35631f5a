import CoreMetrics
import Logging
import PeerNet
import Sodium

// What happens: to whoever waits for it, to the log, to the counters and to the listeners, in this order.
extension PeerNode {
  func happened(_ event: Event) {
    switch event {
    case .connected(let key):
      endWaiters(for: key, nil)
      histories[key, default: PeerHistory()].connected(at: transport.now())
      logger.info("connected", metadata: peer(key))
    case .disconnected(let key, let reason):
      refused(key, reason)
      histories[key, default: PeerHistory()].disconnected(reason, at: transport.now())
      for (nonce, ping) in pings where ping.key == key { endPing(nonce, .failure(PeerNetError.notConnected)) }
      logger.info("disconnected", metadata: peer(key, ["reason": "\(reason)"]))
    case .suspected(_, let key):
      histories[key, default: PeerHistory()].suspected(heard: node?.status(of: key)?.heard)
      logger.info("suspect", metadata: peer(key))
    case .relieved(_, let key):
      histories[key, default: PeerHistory()].relieved()
      logger.info("relieved", metadata: peer(key))
    case .opened(_, let key, let endpoint, let wire, let dialled):
      metrics?.opened.increment()
      logger.debug(
        "opened",
        metadata: peer(key, ["address": "\(endpoint)", "wire": "\(wire.rawValue)", "dialled": "\(dialled)"]))
    case .closed(_, let key, let reason):
      refused(key, reason)
      metrics?.closed.increment()
      logger.debug("closed", metadata: peer(key, ["reason": "\(reason)"]))
    case .dialFailed(let key, let endpoint, let reason):
      refused(key, reason, at: endpoint)
      metrics?.failedDials.increment()
      logger.debug("dial failed", metadata: peer(key, ["address": "\(endpoint)", "reason": "\(reason)"]))
    case .rejected(let endpoint, let key, let reason):
      metrics?.rejected.increment()
      logger.notice(
        "turned someone away",
        metadata: [
          "address": "\(endpoint)", "key": "\(key.map { "\($0)" } ?? "unproven")", "reason": "\(reason)",
        ])
    case .refused(let key, let name, let reason):
      metrics?.requests[.refused].increment()
      logger.notice("refused a request", metadata: peer(key, ["name": .name(name), "reason": "\(reason)"]))
    case .callFinished(let id, let outcome): finishCall(id, outcome)
    case .pong(_, let nonce, let roundTrip): endPing(nonce, .success(roundTrip))
    case .request(let request), .message(let request): serve(request)
    case .memoryChanged: keepMemory()
    case .sighted: hasSightings = true
    }
    eventListeners.tell(event)
    switch event {
    case .connected, .disconnected, .suspected, .relieved, .opened, .closed, .dialFailed:
      metrics?.connected.record(statuses.count { $0.isConnected })
      publishPeers()
    case .rejected, .refused, .callFinished, .pong, .request, .message, .memoryChanged, .sighted: break
    }
  }

  private func peer(_ key: PublicKey, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
    var metadata = more
    metadata["peer"] = .name(node?.status(of: key)?.entry.label ?? key.fingerprint)
    return metadata
  }
}

extension Logger.MetadataValue {
  /// Bytes that a peer may have chosen: nothing that a terminal would obey.
  static func name(_ bytes: [UInt8]) -> Self {
    .string(
      String(
        String.UnicodeScalarView(
          String(decoding: bytes.prefix(256), as: UTF8.self).unicodeScalars.map {
            $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "\u{fffd}" : $0
          })))
  }
}
