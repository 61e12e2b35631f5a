import Admin
import ArgumentParser
import PeerNet
import PeerNetClientLinux
import Provisioning
import Sodium

struct PairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pair",
    abstract: "Trust a key, under a label.",
    discussion:
      "Keys are exchanged out of band: read, copied or scanned. Pairing a key again changes what is named, no more.")

  @OptionGroup var home: HomeOptions

  @Argument(help: "The other side's 52-character key.")
  var key: String

  @Argument(help: "What to call it here.")
  var label: String

  @Option(help: ArgumentHelp("What it may call here; nothing if not given.", valueName: "name,name"))
  var allow: String?

  @Option(help: ArgumentHelp("The wire it speaks, 1 or 2; found out if not given.", valueName: "1|2"))
  var wire: Wire?

  @Option(
    help: ArgumentHelp("Where it may be reached, to be remembered.", valueName: "address"),
    transform: { try AddressArgument($0) })
  var at: AddressArgument?

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  func run() throws {
    guard let key = PublicKey(text: Array(key.utf8)) else {
      throw CommandError(
        .data, "cannot pair", because: "the key is not 52 characters of A-Z and 2-7",
        next: "copy it again; the other side shows it: peernetd id")
    }
    let grants = try Self.grants(allow, for: "cannot pair")
    let folder = try home.folder()
    let ours = try reading { () throws(HomeFolderError) in try folder.identity().publicKey }
    guard key != ours else {
      throw CommandError(
        .data, "cannot pair", because: "that is this computer's own key", next: "give the other side's key")
    }
    let entry = TrustEntry(key: key, label: Array(label.utf8), grants: grants, wire: wire)
    try confirm(key, folder)
    let keepsGrants = allow == nil
    try folder.changeTrust(
      { list throws(CommandError) in try Self.put(entry, keepsGrants: keepsGrants, into: &list) },
      orElse: { CommandError($0) })
    if let at {
      var memory = PeerMemory()
      for endpoint in at.endpoints.reversed() { _ = memory.noteProven(endpoint, for: key) }
      if let peer = memory.peer(key) { try reading { () throws(HomeFolderError) in try folder.remember(peer) } }
    }
    if home.json { return Console.data(.object(entry.json)) }
    Console.say("paired \(Printable.text(label)) \(key.fingerprintText)")
    Console.say("It must know this computer as well; \(BoardHint.pair(ours))")
  }

  /// A mistyped key is a valid key of nobody, so the person at the terminal compares the fingerprint.
  private func confirm(_ key: PublicKey, _ folder: HomeFolder) throws {
    guard !yes, Console.isInteractive, try reading(folder.trust).entry(for: key) == nil else { return }
    Console.say("The fingerprint is \(key.fingerprintText); the id command of the other side shows it, too.")
    guard Console.confirm("Trust it as \(Printable.text(label))?") else {
      throw CommandError(
        .usage, "not asked to pair", because: "the fingerprint was not confirmed",
        next: "nothing was changed; copy the key again, which the other side shows: peernetd id")
    }
  }

  /// What an `--allow` says; nothing when it is not given.
  static func grants(_ allow: String?, for what: String) throws(CommandError) -> Grants {
    do throws(InvalidSetting) { return try GrantsArgument.read(allow ?? "", at: .here) } catch {
      throw CommandError(.data, what, because: error.reason, next: "correct --allow; nothing was changed")
    }
  }

  private static func put(_ entry: TrustEntry, keepsGrants: Bool, into list: inout TrustList) throws(CommandError) {
    if let other = list.entries.first(where: { $0.label == entry.label && $0.key != entry.key }) {
      throw CommandError(
        .data, "cannot pair", because: "the label belongs to \(other.key.fingerprintText)",
        next: "choose another, or unpair that peer first")
    }
    do throws(TrustListError) {
      try list.pair(entry.key, label: entry.label, grants: keepsGrants ? nil : entry.grants, wire: entry.wire)
    } catch {
      throw CommandError(.data, "cannot pair", because: "wrong \(error.reason.code)", next: "correct it")
    }
  }
}

extension Wire: ExpressibleByArgument {
  public init?(argument: String) {
    guard let number = UInt8(argument) else { return nil }
    self.init(rawValue: number)
  }
}

struct UnpairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpair", abstract: "Trust a peer no longer.",
    discussion: "This side only: it goes on trusting this computer until it is told otherwise.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var peer: PeerArgument

  func run() throws {
    let folder = try home.folder()
    var gone: TrustEntry?
    try folder.changeTrust(
      { list throws(CommandError) in
        let entry = try list.peer(named: peer.name)
        do throws(TrustListError) { try list.remove(entry.key) } catch {
          throw CommandError(.data, "cannot unpair", because: "wrong \(error.reason.code)", next: "mend the trust list")
        }
        gone = entry
      }, orElse: { CommandError($0) })
    guard let gone else { return }
    try reading { () throws(HomeFolderError) in try folder.forget(gone.key) }
    if home.json { return Console.data(.object(gone.json)) }
    Console.say("unpaired \(Printable.text(gone.label)) \(gone.key.fingerprintText)")
  }
}
