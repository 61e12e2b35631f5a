import Sodium

// Whether the other ends of connections live (Protocol, Heartbeat and Probe).
extension Node {
  /// Does what the watch over an admitted connection wants done.
  func watch(_ session: Session, now: Instant) throws(SessionError) {
    while session.ledger.isOpen, let step = session.livenessStep(now: now, random: &random) {
      switch step {
      case .ask: try ping(session, now: now)
      case .probe(let number):
        if let probe = session.sealProbe(number) { emit(.probe(session.id, probe.datagram, to: probe.to)) }
      case .suspect:
        if let peer = session.remote.flatMap({ peer($0) }) { suspected(session, peer, now: now) }
      case .dead: close(session, .silent, now: now)
      }
    }
  }

  /// After bytes have come: a suspect may be none any more.
  func noteRelief(of session: Session, now: Instant) {
    guard session.takeRelief(), let peer = session.remote.flatMap({ peer($0) }) else { return }
    relieved(session, peer, now: now)
  }

  /// A datagram has come to the port of `offerProbes`. Whatever is not a connected peer's is dropped without a word.
  public func receiveProbe(_ datagram: [UInt8], from endpoint: Endpoint, now: Instant) {
    guard let id = ProbeChannel.session(of: datagram),
      let session = sessions.first(where: { $0.probes?.id == id && $0.ledger.isAdmitted })
    else { return }
    if let echo = session.receiveProbe(datagram, from: endpoint, now: now) {
      emit(.probe(session.id, echo, to: endpoint))
    }
    touch(session)
  }
}
