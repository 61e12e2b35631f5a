import Sodium

extension TrustList {
  /// What became of one peer of an imported list.
  public enum Imported: Hashable, Sendable {
    /// Trusted from now on. Its label is one that nobody else has, and may differ from the one that it had there.
    case added(TrustEntry)
    /// It was trusted already, and its line stays as it is.
    case present(TrustEntry)
    /// This node's own key, which is not for the list.
    case ownKey(PublicKey)
  }

  /// Takes over the peers of a BEAM peer's list, all of them or, when it throws, none (Protocol, Trust list: Import).
  ///
  /// The earliest paired comes first, here and in the file: a BEAM peer puts the newest before the others. Each new peer
  /// gets `grants`, and its date as a field `added=`; which wire it speaks is left to be found out.
  public mutating func add(
    _ peers: [BeamTrustFile.Peer], allowing grants: Grants, ownKey: PublicKey?
  ) throws(TrustListError) -> [(peer: BeamTrustFile.Peer, outcome: Imported)] {
    var labels = UniqueLabels(taken: entries.map { $0.label })
    var outcomes: [(peer: BeamTrustFile.Peer, outcome: Imported)] = []
    var added: [TrustEntry] = []
    for peer in peers.reversed() {
      if peer.key == ownKey {
        outcomes.append((peer, .ownKey(peer.key)))
      } else if let entry = entry(for: peer.key) {
        outcomes.append((peer, .present(entry)))
      } else {
        let wanted = peer.label ?? []
        let entry = TrustEntry(
          key: peer.key, label: labels.take(wanted.isEmpty ? peer.key.fingerprint : wanted), grants: grants,
          other: peer.addedAt.map { [Array("added=".utf8) + $0] } ?? [])
        added.append(entry)
        outcomes.append((peer, .added(entry)))
      }
    }
    try add(added)
    return outcomes
  }
}
