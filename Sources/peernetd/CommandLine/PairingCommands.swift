import Admin
import Linux
import PeerNet
import Sodium

/// The commands on this board's own key and trust list. Each returns what goes to stdout; a daemon that runs notices.
struct PairingCommands {
  let paths: StatePaths
  /// Of a flashed board, which keeps whom it unpaired beside its data partition.
  var disk: [UInt8]?

  /// `key`, `fingerprint` and `file`, a line each; makes the key on its first use.
  func id() throws(CommandError) -> [UInt8] {
    let key = try ownKey()
    var text: [UInt8] = []
    text += "key         "
    text += key.text
    text += "\nfingerprint "
    text += key.fingerprint
    text += "\nfile        "
    text += paths.key
    text += "\n"
    return text
  }

  /// Trusts a new peer, or gives a known one the label, grants and wire of the request. With `--add` a known peer keeps
  /// its label and its grants.
  func pair(_ request: Invocation.PairRequest) throws(CommandError) -> [UInt8] {
    let grants = try Self.grants(request.allow ?? [])
    guard request.key != (try ownKey()) else { throw .ownKey }
    var entry = TrustEntry(key: request.key, label: request.label, grants: grants, wire: request.wire)
    try TrustStore.change(paths) { (list) throws(CommandError) in
      let known = request.adds ? list.entry(for: request.key) : nil
      do throws(TrustListError) {
        try list.pair(
          request.key, label: known?.label ?? request.label,
          grants: request.allow == nil ? nil : known?.grants.adding(grants) ?? grants, wire: request.wire)
      } catch {
        switch error.reason {
        case .duplicateLabel: throw .labelTaken(request.label)
        case .label, .character: throw .badLabel(request.label)
        case .header, .key, .grant, .wire, .field, .repeatedField, .duplicateKey, .lineTooLong, .fileTooLarge,
          .tooManyPeers, .seal, .unterminated, .unknownPeer:
          throw .notTaken(error)
        }
      }
      entry = list.entry(for: request.key) ?? entry
    }
    return sentence("paired ", entry)
  }

  /// The grants of a request; each has to name something that a board can do.
  static func grants(_ text: [UInt8]) throws(CommandError) -> Grants {
    guard let grants = Grants(text: text) else { throw .notGrants(text) }
    if let unknown = UnknownGrant(in: text) { throw .unknownGrant(unknown) }
    return grants
  }

  /// Takes a peer out. On a flashed board its key is revoked first, so that no power cut in between brings it back; a
  /// failure of that is told, and the peer is taken out all the same.
  func unpair(_ peer: [UInt8]) throws(CommandError) -> [UInt8] {
    var removed: TrustEntry?
    var revoked: PublicKey?
    var failure: ImageError?
    try TrustStore.change(paths) { (list) throws(CommandError) in
      // A label is what the operator chose; it wins over a fingerprint that happens to be spelled the same.
      let entry =
        list.entries.first { $0.label == peer } ?? PublicKey(text: peer).flatMap { list.entry(for: $0) }
        ?? list.entries.first { $0.key.fingerprint == peer }
      guard let entry else { return revoked = try revoke(peer) }
      if let disk {
        do throws(ImageError) { try BoardDisk(disk, for: .writing).revoke([entry.key]) } catch { failure = error }
      }
      do throws(TrustListError) { try list.remove(entry.key) } catch { throw .notTaken(error) }
      removed = entry
    }
    guard let removed else {
      return (revoked.map { "revoked ".utf8 + $0.fingerprint + ", which was not paired\n".utf8 }) ?? []
    }
    if let failure {
      var peer: [UInt8] = []
      peer.append(peer: removed.key, removed.label)
      throw .notRevoked(peer: peer, key: removed.key.text, failure)
    }
    return sentence("unpaired ", removed)
  }

  /// A key that is not in the list can still be revoked, for when that failed as it was unpaired.
  private func revoke(_ peer: [UInt8]) throws(CommandError) -> PublicKey {
    guard let disk, let key = PublicKey(text: peer) else { throw .unknownPeer(peer) }
    do throws(ImageError) { try BoardDisk(disk, for: .writing).revoke([key]) } catch { throw .image(error) }
    return key
  }

  /// `LABEL FINGERPRINT KEY [allow=…] [wire=…]`, a line a peer, in the file's order.
  func peers() throws(CommandError) -> [UInt8] {
    let list: TrustList
    do throws(StateError) { list = try TrustStore.current(paths) } catch { throw .state(error) }
    var text: [UInt8] = []
    for entry in list.entries {
      text.append(escaped: entry.label)
      text += " "
      text += entry.key.fingerprint
      text += " "
      text += entry.key.text
      if !entry.grants.isEmpty {
        text += " allow="
        text += entry.grants.text
      }
      if let wire = entry.wire {
        text += " wire="
        text.append(decimal: wire.rawValue)
      }
      text += "\n"
    }
    return text
  }

  private func ownKey() throws(CommandError) -> PublicKey {
    do throws(StateError) { return try Identity.loadOrCreate(paths).keyPair.publicKey } catch { throw .state(error) }
  }

  /// `paired anna 0123456789abcdef, which may call agent.whoami,wifi.*`
  private func sentence(_ verb: StaticString, _ entry: TrustEntry) -> [UInt8] {
    var text = verb.bytes
    text.append(peer: entry.key, entry.label)
    if "paired " ~= verb.bytes { text.append(grants: entry.grants) }
    text += "\n"
    return text
  }
}

extension [UInt8] {
  /// `anna 0123456789abcdef`
  mutating func append(peer key: PublicKey, _ label: [UInt8]) {
    append(escaped: label)
    self += " "
    self += key.fingerprint
  }

  /// `, which may call agent.whoami,wifi.*`: with what pairing alone grants.
  mutating func append(grants: Grants) {
    self += ", which may call "
    let always: StaticString = "agent.whoami"
    if !grants.allows(always.bytes) {
      self += always
      if !grants.isEmpty { self += "," }
    }
    self += grants.text
  }
}
