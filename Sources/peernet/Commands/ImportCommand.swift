import Admin
import ArgumentParser
import Glibc
import PeerNet
import PeerNetClientLinux
import Provisioning
import Sodium

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Trust the peers of an Elixir node's trust list, too.",
    discussion:
      "Whoever is trusted already keeps label and grants. An identity.keys of such a node is copied into the home folder."
  )

  @OptionGroup var home: HomeOptions

  @Option(help: ArgumentHelp("What each may call here; nothing if not given.", valueName: "name,name"))
  var allow: String?

  @Flag(help: "Tell what would become of each, and change nothing.")
  var dryRun = false

  @Argument(help: "The trust.bin in the Elixir node's data folder.", completion: .file(extensions: ["bin"]))
  var file: String

  func run() throws {
    let grants = try PairCommand.grants(allow, for: "cannot import")
    let list = try list()
    let peers = list.peers
    let folder = try home.folder()
    let ownKey =
      folder.hasIdentity ? try reading { () throws(HomeFolderError) in try folder.identity().publicKey } : nil
    var outcomes: [TrustList.Imported] = []
    let merge = { (list: inout TrustList) throws(CommandError) in
      do throws(TrustListError) {
        outcomes = try list.add(peers, allowing: grants, ownKey: ownKey)
      } catch {
        throw CommandError(
          .data, "cannot import", because: "the trust list does not take it: \(error.reason.code)",
          next: "allow or import less; nothing was changed")
      }
    }
    if dryRun {
      var list = try reading(folder.trust)
      try merge(&list)
    } else {
      try folder.changeTrust(merge, orElse: { CommandError($0) })
    }
    for (peer, outcome) in zip(peers, outcomes) { tell(peer, outcome) }
    for entry in list.leftOut { tell(entry) }
    let added = outcomes.count { if case .added = $0 { true } else { false } }
    Console.say("\(verb) \(added) of \(outcomes.count + list.leftOut.count)")
  }

  private func list() throws(CommandError) -> BeamTrustFile {
    let bytes: [UInt8]
    do throws(SmallFile.Fault) {
      bytes = try SmallFile.bytes(of: file, limit: BeamTrustFile.maximumBytes)
    } catch { throw failure(error.reason) }
    do throws(BeamTrustFile.Fault) {
      return try BeamTrustFile(bytes)
    } catch {
      throw failure("it is \(error.reason)")
    }
  }

  private func failure(_ why: String) -> CommandError {
    CommandError(
      .data, "cannot import \(Printable.text(file))", because: why,
      next: "nothing was changed; name the trust.bin in an Elixir node's data folder")
  }

  private func tell(_ peer: BeamTrustFile.Peer, _ outcome: TrustList.Imported) {
    let fingerprint = peer.key.fingerprintText
    let (line, word, label): (String, String, [UInt8]?) =
      switch outcome {
      case .added(let label):
        ("\(verb) \(Printable.text(label)) \(fingerprint)\(renamed(peer, label))", "imported", label)
      case .present(let label):
        ("left \(Printable.text(label)) \(fingerprint) as it is, trusted already", "present", label)
      case .ownKey: ("left out \(fingerprint), this computer's own key", "own_key", nil)
      case .noRoom:
        (
          "left out \(fingerprint)\(named(peer.label)): the trust list is full; unpair some, or allow less", "no_room",
          nil
        )
      }
    guard home.json else { return Console.data(line) }
    Console.data(
      .object([
        ("label", label.map { .text($0) } ?? .null), ("fingerprint", .string(fingerprint)),
        ("key", .string(peer.key.description)), ("outcome", .string(word)),
        ("label_there", peer.label.map { .text($0) } ?? .null), ("dry_run", .bool(dryRun)),
      ]))
  }

  private func renamed(_ peer: BeamTrustFile.Peer, _ label: [UInt8]) -> String {
    guard let there = peer.label, there != label else { return "" }
    return ", called \"\(Printable.text(Array(there.prefix(128))))\" there"
  }

  private var verb: String { dryRun ? "would import" : "imported" }

  private func tell(_ entry: BeamTrustFile.LeftOut) {
    guard home.json else {
      return Console.data("left out entry \(entry.number)\(named(entry.label)): \(entry.reason.text)")
    }
    Console.data(
      .object([
        ("label", .null), ("fingerprint", .null), ("key", .null),
        ("outcome", .string(entry.reason == .noKey ? "no_key" : "same_key")),
        ("label_there", entry.label.map { .text($0) } ?? .null), ("entry", .integer(Int64(entry.number))),
        ("dry_run", .bool(dryRun)),
      ]))
  }

  private func named(_ label: [UInt8]?) -> String {
    label.map { ", called \"\(Printable.text(Array($0.prefix(128))))\" there" } ?? ""
  }
}

extension HomeFolder {
  /// An import makes no key: the one to come may be the Elixir node's.
  fileprivate var hasIdentity: Bool { access(path + "/identity.keys", F_OK) == 0 }
}
