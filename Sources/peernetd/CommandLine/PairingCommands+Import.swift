import Linux
import PeerNet
import Sodium

extension PairingCommands {
  /// Trusts the peers of a BEAM peer's list, too, so that nobody has to pair again: a line a peer, what became of it, and
  /// one on all of them. Makes no key: the one to come is to be copied as well.
  func importPeers(_ request: Invocation.ImportRequest) throws(CommandError) -> [UInt8] {
    let grants = try Self.grants(request.allow)
    let file = try Self.read(request.file)
    let peers = file.peers
    let ownKey: PublicKey?
    do throws(StateError) { ownKey = try Identity.load(paths)?.publicKey } catch { throw .state(error) }
    var outcomes: [TrustList.Imported] = []
    let merge = { (list: inout TrustList) throws(CommandError) in
      do throws(TrustListError) {
        outcomes = try list.add(peers, allowing: grants, ownKey: ownKey)
      } catch {
        throw .notTaken(error)
      }
    }
    if request.isDryRun {
      var list: TrustList
      do throws(StateError) { list = try TrustStore.current(paths) } catch { throw .state(error) }
      try merge(&list)
    } else {
      try TrustStore.change(paths, merge)
    }
    let verb: StaticString = request.isDryRun ? "would import " : "imported "
    var text: [UInt8] = []
    var added = 0
    for (index, outcome) in outcomes.enumerated() {
      if case .added = outcome { added += 1 }
      Self.tell(peers[index], outcome, verb, in: &text)
    }
    for entry in file.leftOut { Self.tell(entry, in: &text) }
    text += verb
    text.append(decimal: added)
    text += " of "
    text.append(decimal: peers.count + file.leftOut.count)
    if added > 0 { text.append(grants: grants) }
    text += "\n"
    return text
  }

  private static func read(_ file: [UInt8]) throws(CommandError) -> BeamTrustFile {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try DurableFile(path: file, limit: BeamTrustFile.maximumBytes).read()
    } catch .tooLarge {
      throw .notBeamPeers(file, "larger than any such list")
    } catch {
      throw .state(.unusable(path: file, error))
    }
    guard let bytes else { throw .noFile(file) }
    do throws(BeamTrustFile.Fault) {
      return try BeamTrustFile(bytes)
    } catch {
      throw .notBeamPeers(file, error.reason)
    }
  }

  private static func tell(_ entry: BeamTrustFile.LeftOut, in text: inout [UInt8]) {
    text += "left out entry "
    text.append(decimal: entry.number)
    if let label = entry.label {
      text += ", "
      text.append(escaped: label)
    }
    text += ": "
    text += entry.reason.text
    text += "\n"
  }

  private static func tell(
    _ peer: BeamTrustFile.Peer, _ outcome: TrustList.Imported, _ verb: StaticString, in text: inout [UInt8]
  ) {
    switch outcome {
    case .added(let label):
      text += verb
      text.append(peer: peer.key, label)
      if let wanted = peer.label, wanted != label {
        text += ", called "
        text.append(escaped: wanted)
        text += " there"
      }
    case .present(let label):
      text += "left "
      text.append(peer: peer.key, label)
      text += " as it is, trusted already"
    case .ownKey:
      text += "left out "
      text += peer.key.fingerprint
      text += ", this board's own key"
    case .noRoom:
      text += "left out "
      text += peer.key.fingerprint
      if let label = peer.label {
        text += ", "
        text.append(escaped: label)
      }
      text += ": the trust list is full; unpair some, or allow less"
    }
    text += "\n"
  }
}
