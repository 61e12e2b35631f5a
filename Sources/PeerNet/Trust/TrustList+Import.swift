import Sodium

extension TrustList {
  /// What became of one peer of an imported list.
  public enum Imported: Hashable, Sendable {
    /// Trusted from now on, under this label, which nobody else has and which may differ from the one that it had.
    case added(label: [UInt8])
    /// Trusted already, under this label. Its line stays as it is.
    case present(label: [UInt8])
    /// This node's own key, which is not for the list.
    case ownKey
    /// The list is full.
    case noRoom
  }

  /// Takes over the peers of a BEAM peer's list, the earliest first, as many as there is room for; or, when it throws, none
  /// (Importing). Says of each, in the same order, what became of it.
  ///
  /// A new peer gets `grants`, and its date as a field `added=`; which wire it speaks is left to be found out.
  public mutating func add(
    _ peers: [BeamTrustFile.Peer], allowing grants: Grants, ownKey: PublicKey?
  ) throws(TrustListError) -> [Imported] {
    var labels = UniqueLabels(taken: entries.map { $0.label })
    var outcomes: [Imported] = []
    var added: [TrustEntry] = []
    // Of bytes, too; some are left for what a writer puts behind the last line.
    var room = Self.maximumBytes - 512 - serialize().count
    for peer in peers {
      if peer.key == ownKey {
        outcomes.append(.ownKey)
      } else if let entry = entry(for: peer.key) {
        outcomes.append(.present(label: entry.label))
      } else if entries.count + added.count >= Self.maximumPeers || room < 0 {
        outcomes.append(.noRoom)
      } else {
        let wanted = peer.label ?? []
        let label = labels.take(wanted.isEmpty ? peer.key.fingerprint : wanted)
        let date = peer.addedAt.map { [Array("added=".utf8) + $0] } ?? []
        let entry = TrustEntry(key: peer.key, label: label, grants: grants, other: date)
        room -= entry.line.count + 1
        guard room >= 0 else {
          outcomes.append(.noRoom)
          continue
        }
        added.append(entry)
        outcomes.append(.added(label: label))
      }
    }
    try add(added)
    return outcomes
  }
}
