import Admin
import Disk
import Glibc
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Provisioning
import Sodium

/// Makes images for boards out of one image. All that can be found wrong is, before the first file is written.
struct BoardMaker {
  struct Board {
    var settings: BoardSettings
    let out: String
    /// The file of the key that the board is to have; nil for a new one.
    var identityFile: String?
  }

  /// A board whose image is written.
  struct Made {
    let board: Board
    let key: PublicKey
    /// The board model that the image was built for; nil when the image does not say.
    let model: String?
    let report: ProvisionReport
  }

  let image: String
  let home: HomeFolder
  let ownKey: PublicKey
  let peers: TrustList
  let pairs: Bool
  let replaces: Bool

  private var what: String { "cannot provision \(Printable.text(image))" }

  // MARK: What is asked

  func board(_ request: BoardRequest, out: String, identityFile: String?) throws(CommandError) -> Board {
    do throws(BoardRequest.Fault) {
      return Board(
        settings: try request.settings(ownKey: ownKey, peers: peers), out: out, identityFile: identityFile)
    } catch {
      throw CommandError(
        .data, what, because: error.reason, next: "correct \(error.setting.option); nothing was written")
    }
  }

  func boards(of file: String, defaults: BoardRequest, into folder: String) throws(CommandError) -> [Board] {
    let what = "cannot provision the boards of \(Printable.text(file))"
    let next = "correct it; nothing was written"
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    let place = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/")
    let table: BoardTable
    do throws(InvalidSetting) {
      let bytes = try SmallFile.read(file, limit: BoardTable.maximumBytes)
      do throws(BoardTable.Fault) {
        table = try BoardTable(bytes, defaults: defaults, folder: place)
      } catch { throw InvalidSetting(error.text) }
    } catch { throw CommandError(.data, what, because: error.reason, next: next) }
    let (settings, faults) = table.settings(ownKey: ownKey, peers: peers)
    if let first = faults.first {
      for fault in faults.dropFirst() { Console.say("peernet: \(Printable.text(file)): \(fault.text)") }
      let more = faults.count > 1 ? " (and \(faults.count - 1) more, above)" : ""
      throw CommandError(.data, what, because: first.text + more, next: next)
    }
    return settings.map { Board(settings: $0, out: "\(folder)/\($0.hostname.text).img") }
  }

  // MARK: Before the first file

  func make(_ boards: [Board], labels: String?, onMade: (Made) -> Void) throws(CommandError) {
    var boards = boards
    let labelFile = try labels.map { path throws(CommandError) -> LabelFile in try self.labelFile(path) }
    let isInPlace = boards.contains { Self.isSameFile($0.out, image) }
    let model = try checkSource(isInPlace: isInPlace)
    if !isInPlace { for board in boards { try checkFree(board.out) } }
    for board in boards { try checkPairing(board) }
    try askForPasswords(&boards)
    pointOut(boards)
    var made: [Made] = []
    for board in boards {
      do throws(CommandError) {
        let one = try make(board, of: model, isInPlace: isInPlace)
        onMade(one)
        made.append(one)
      } catch {
        guard boards.count > 1 else { throw error }
        throw CommandError(
          error.status, error.what, because: error.why, next: "\(error.next); \(made.count) of \(boards.count) are made"
        )
      }
    }
    let sheet = made.map { LabelSheet.Label(hostname: $0.board.settings.hostname.text, key: $0.key) }
    do throws(ImageError) { try labelFile?.put(sheet) } catch { throw CommandError(error) }
  }

  private func labelFile(_ path: String) throws(CommandError) -> LabelFile {
    try checkFree(path)
    do throws(InvalidSetting) { return try LabelFile(path) } catch {
      throw CommandError(
        .usage, "cannot draw labels", because: error.reason, next: "nothing was written; choose one of them")
    }
  }

  private func checkFree(_ path: String) throws(CommandError) {
    if replaces || access(path, F_OK) != 0 { return }
    throw CommandError(
      .exists, "cannot write \(Printable.text(path))", because: "it is there already",
      next: "nothing was written; choose another name, or add --force")
  }

  /// The board model that the image was built for, if it says.
  private func checkSource(isInPlace: Bool) throws(CommandError) -> String? {
    let source = try BoardImage.opened(image)
    if source.isPacked && isInPlace {
      throw CommandError(
        .usage, what, because: "what is packed cannot be changed in place", next: "name another file with --out")
    }
    guard let provision = source.provision, !replaces else { return source.board }
    let label = provision.contents(Provision.hostname).map { Printable.text($0) } ?? "a board without a name"
    throw CommandError(
      .exists, what, because: "it is provisioned already, for \(label)",
      next: "take one as it was built; --force replaces it, with another key unless --identity names the same")
  }

  private func checkPairing(_ board: Board) throws(CommandError) {
    let label = board.settings.hostname.text
    var key: PublicKey?
    if let file = board.identityFile { key = try identity(file).publicKey }
    if key == ownKey {
      throw CommandError(
        .data, what, because: "--identity is this computer's own key", next: "give the board one of its own")
    }
    guard pairs, let other = peers.entries.first(where: { $0.label == Array(label.utf8) && $0.key != key }) else {
      return
    }
    throw CommandError(
      .data, what, because: "this computer knows another board as \(label), \(other.key.fingerprintText)",
      next:
        "nothing was written; choose another name, add --no-pair, or trust that board no longer: "
        + Hint.command("unpair", Hint.word(label)))
  }

  /// Once for each network.
  private func askForPasswords(_ boards: inout [Board]) throws(CommandError) {
    var known: [[UInt8]: WifiPassword] = [:]
    for index in boards.indices where boards[index].settings.password == nil {
      guard let ssid = boards[index].settings.wifi?.ssid else { continue }
      let password = if let known = known[ssid] { known } else { try WifiPassword.ask(for: ssid) }
      known[ssid] = password
      boards[index].settings.password = password
    }
  }

  /// Points out blanks at the ends of a password, which nobody sees and which keep a board off its network; once for
  /// each network.
  private func pointOut(_ boards: [Board]) {
    var told: Set<String> = []
    func tell(_ text: String) {
      if told.insert(text).inserted { Console.say("peernet: \(text)") }
    }
    for settings in boards.map(\.settings) {
      guard let wifi = settings.wifi else { continue }
      let name = Printable.text(wifi.ssid)
      if let blank = TextFile.blank(atAnEndOf: wifi.ssid) { tell("the wifi's name \u{22}\(name)\u{22} \(blank)") }
      if let oddity = settings.password?.oddity { tell("the password of the wifi \(name) \(oddity)") }
    }
  }

  // MARK: One board

  private func make(_ board: Board, of model: String?, isInPlace: Bool) throws(CommandError) -> Made {
    var random = RandomStream.system()
    let pair = if let file = board.identityFile { try identity(file) } else { KeyPair.generate(from: &random) }
    var record = try record(board, pair)
    defer { wipe(&record) }
    try write(record, to: board.out, isInPlace: isInPlace)
    if pairs { try trust(board, pair.publicKey) }
    guard let report = try? Provision.decode(record) else {
      throw CommandError(.internal, what, because: "the record does not read back", next: "report this")
    }
    return Made(board: board, key: pair.publicKey, model: model, report: ProvisionReport(report, board: model))
  }

  private func write(_ record: [UInt8], to out: String, isInPlace: Bool) throws(CommandError) {
    do throws(ImageError) {
      if isInPlace { return try ImageWriter.put(record, in: out) }
      try ImageWriter.makeFolder(of: out)
    } catch { throw CommandError(error) }
    let source = try BoardImage.opened(image)
    do throws(ImageError) { try ImageWriter.copy(source, to: out, record: record) } catch { throw CommandError(error) }
  }

  private func identity(_ file: String) throws(CommandError) -> KeyPair {
    let why: String
    do throws(InvalidSetting) {
      var bytes = try SmallFile.read(file, limit: 4_096)
      defer { wipe(&bytes) }
      do throws(KeyFileFault) { return try KeyFile.decode(bytes) } catch {
        why = HomeFolderError.identity(file, error).reason
      }
    } catch { why = error.reason }
    throw CommandError(
      .data, what, because: "no key in \(Printable.text(file)): \(why)", next: "name a board's identity.keys")
  }

  private func record(_ board: Board, _ pair: borrowing KeyPair) throws(CommandError) -> [UInt8] {
    do throws(ProvisionFault) { return try board.settings.record(pair) } catch {
      throw CommandError(
        .data, what, because: "all together is too large (\(error))", next: "shorten the profile or trust fewer")
    }
  }

  private func trust(_ board: Board, _ key: PublicKey) throws(CommandError) {
    let label = board.settings.hostname.text
    try home.changeTrust(
      { list throws(CommandError) in
        do throws(TrustListError) { try list.pair(key, label: Array(label.utf8), grants: nil, wire: nil) } catch {
          throw CommandError(
            .data, "\(Printable.text(board.out)) is made but not paired", because: "wrong \(error.reason.code)",
            next: "pair it: \(Hint.command("pair", key.description, Hint.word(label)))")
        }
      }, orElse: { CommandError($0) })
  }

  private static func isSameFile(_ one: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_ino == second.st_ino
      && first.st_dev == second.st_dev
  }
}
