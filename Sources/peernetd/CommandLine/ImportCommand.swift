import Linux
import PeerNet
import Sodium

/// Brings the trust list of a BEAM peer over, so that nobody has to pair again (Protocol, Trust list: Import).
struct ImportCommand {
  let paths: StatePaths
  let request: Invocation.ImportRequest

  /// A line a peer, what became of it, and one on all of them. Makes no key: the one to come is to be copied as well.
  func run() throws(CommandError) -> [UInt8] {
    guard let grants = Grants(text: request.allow) else { throw .notGrants(request.allow) }
    let peers = try peers()
    let ownKey: PublicKey?
    do throws(StateError) { ownKey = try Identity.load(paths)?.publicKey } catch { throw .state(error) }
    var outcomes: [(peer: BeamTrustFile.Peer, outcome: TrustList.Imported)] = []
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
    return report(outcomes, grants)
  }

  private func peers() throws(CommandError) -> [BeamTrustFile.Peer] {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try DurableFile(path: request.file, limit: BeamTrustFile.maximumBytes).read()
    } catch .tooLarge {
      throw .notBeamPeers(request.file, "larger than any such list")
    } catch {
      throw .state(.unusable(path: request.file, error))
    }
    guard let bytes else { throw .noFile(request.file) }
    do throws(BeamTrustFile.LoadError) {
      return try BeamTrustFile.decode(bytes)
    } catch {
      throw .notBeamPeers(request.file, error.reason)
    }
  }

  private func report(
    _ outcomes: [(peer: BeamTrustFile.Peer, outcome: TrustList.Imported)], _ grants: Grants
  ) -> [UInt8] {
    let verb: StaticString = request.isDryRun ? "would import " : "imported "
    var text: [UInt8] = []
    var added = 0
    for (peer, outcome) in outcomes {
      switch outcome {
      case .added(let entry):
        added += 1
        text += verb
        text.append(peer: entry)
        if let label = peer.label, label != entry.label {
          text += ", called "
          text.append(escaped: label)
          text += " there"
        }
      case .present(let entry):
        text += "left "
        text.append(peer: entry)
        text += " as it is, trusted already"
      case .ownKey(let key):
        text += "left out "
        text += key.fingerprint
        text += ", this board's own key"
      }
      text += "\n"
    }
    text += verb
    text.append(decimal: Int64(added))
    text += " of "
    text.append(decimal: Int64(outcomes.count))
    if added > 0 {
      text += ", which may call "
      text.append(grants: grants)
    }
    text += "\n"
    return text
  }
}
