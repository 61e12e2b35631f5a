import Admin
import ArgumentParser
import Disk
import Glibc
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Provisioning
import Sodium

struct ProvisionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provision",
    abstract: "Give an image a board's key, trust list, wifi and name, and pair the board here.",
    discussion:
      "Passwords are asked for, or read from a file. What it writes holds the board's private key: keep it to yourself."
  )

  @OptionGroup var home: HomeOptions
  @OptionGroup var options: ProvisionOptions

  @Option(help: ArgumentHelp("The image to make, or the same to change it in place.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("Give it this key instead of a new one.", valueName: "file"), completion: .file())
  var identity: String?

  @Option(help: ArgumentHelp("Draw a label with the key as a QR code, .svg or .pdf.", valueName: "file"))
  var label: String?

  @Option(
    help: ArgumentHelp("Make an image for each row of a table.", valueName: "csv"),
    completion: .file(extensions: ["csv"]))
  var batch: String?

  @Option(help: ArgumentHelp("Where a batch's images go.", valueName: "dir"), completion: .directory)
  var outDir: String?

  @Option(help: ArgumentHelp("Draw a label for each board of a batch, .svg or .pdf.", valueName: "file"))
  var labels: String?

  @Flag(inversion: .prefixedNo, help: "Trust the board on this computer.")
  var pair = true

  @Flag(help: "Replace files, and what an image was provisioned with.")
  var force = false

  @Flag(help: "Tell what an image was provisioned with, without what is secret.")
  var show = false

  @Argument(help: "The image, raw or packed by xz.", completion: .file(extensions: ["img", "xz"]))
  var image: String

  func validate() throws {
    if show { return }
    if batch == nil {
      if out == nil { throw ValidationError("--out names the image to make") }
      if outDir != nil || labels != nil { throw ValidationError("--out-dir and --labels go with --batch") }
      if options.wifi == nil && (options.country != nil || options.wifiOpen) {
        throw ValidationError("--country and --wifi-open go with --wifi")
      }
    } else {
      if outDir == nil { throw ValidationError("--out-dir names the folder for a batch's images") }
      if out != nil || identity != nil || label != nil || options.hostname != nil {
        throw ValidationError("--out, --identity, --label and --hostname are for one board, not for a batch")
      }
    }
  }

  func run() throws {
    if show { return try tell() }
    let folder = try home.folder()
    let ownKey = try reading { () throws(HomeFolderError) in try folder.identity().publicKey }
    let peers = try reading(folder.trust)
    let maker = BoardMaker(image: image, home: folder, ownKey: ownKey, peers: peers, pairs: pair, replaces: force)
    if let batch, let outDir {
      let boards = try maker.boards(of: batch, defaults: options.request, into: outDir)
      try maker.make(boards, labels: labels) { tell($0, isOneOfMany: true) }
      Console.say(
        pair
          ? "Each is paired on this computer; flash them: peernet flash \(Hint.word(outDir + "/NAME.img")) /dev/DISK"
          : "None is paired on this computer.")
    } else if let out {
      let board = try maker.board(options.request, out: out, identityFile: identity)
      try maker.make([board], labels: label) { tell($0, isOneOfMany: false) }
      let name = board.settings.hostname.text
      Console.say(pair ? "Paired on this computer as \(name)." : "Not paired on this computer.")
      Console.say(
        "Keep or remove \(Printable.text(out)) afterwards: it holds the board's private key. Next: peernet flash \(Hint.word(out)) /dev/DISK"
      )
    }
  }

  private func tell() throws(CommandError) {
    let source = try BoardImage.opened(image)
    guard let provision = source.provision else {
      throw CommandError(
        .data, "nothing to show of \(Printable.text(image))", because: "it is not provisioned",
        next: "see peernet provision --help")
    }
    let report = ProvisionReport(provision, board: source.board)
    if home.json { return Console.data(report.json) }
    for line in report.lines { Console.data(line) }
  }

  private func tell(_ made: BoardMaker.Made, isOneOfMany: Bool) {
    let (name, key) = (made.board.settings.hostname.text, made.key)
    if home.json {
      return Console.data(
        .object([
          ("label", .string(name)), ("fingerprint", .string(key.fingerprintText)), ("key", .string(key.description)),
          ("file", .string(made.board.out)), ("board", .optional(made.model)), ("paired", .bool(pair)),
        ]))
    }
    if isOneOfMany { return Console.data("\(name)  \(key.fingerprintText)  \(key)  \(Printable.text(made.board.out))") }
    for line in made.report.lines { Console.data(line) }
  }
}
