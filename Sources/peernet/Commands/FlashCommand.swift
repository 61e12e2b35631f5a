import Admin
import ArgumentParser
import Disk
import PeerNet
import PeerNetClientLinux
import Provisioning
import Sodium

struct FlashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flash",
    abstract: "Write an image to a card or USB disk, and read it back.",
    discussion:
      "A disk that is mounted, in use, built in or too small is refused. Until all is written and verified, the disk starts nothing."
  )

  @Flag(help: "Print JSON, an object a line.")
  var json = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Take a disk that is built in, but never the one this computer runs from.")
  var `internal` = false

  @Flag(inversion: .prefixedNo, help: "Read back what was written.")
  var verify = true

  @Argument(help: "The image, raw or packed by xz.", completion: .file(extensions: ["img", "xz"]))
  var image: String

  @Argument(help: "The whole disk, as in /dev/sdb.", completion: .file())
  var disk: String

  func run() throws {
    let image = try BoardImage.opened(image)
    let snapshot = try snapshot()
    describe(snapshot, image)
    try confirm(snapshot)
    let device = try open(snapshot)
    Interruption.note()
    let clock = ContinuousClock()
    let begun = clock.now
    let outcome = try flash(image, to: device, snapshot)
    let seconds = begun.duration(to: clock.now).components.seconds
    if json {
      return Console.data(
        .object([
          ("disk", .string(disk)), ("board", .optional(image.board)), ("written", .integer(Int64(outcome.written))),
          ("cleared", .integer(Int64(outcome.cleared))), ("verified", .bool(verify)), ("seconds", .integer(seconds)),
        ]))
    }
    Console.say(
      "wrote \(ByteCount.text(outcome.written))\(verify ? " and read it back" : ", not verified"), "
        + "in \(Report.duration(seconds))")
    Console.say("Now eject it (eject \(disk), or your desktop's button) and put it into the board.")
  }

  private func snapshot() throws(CommandError) -> DiskSnapshot {
    let number: DeviceNumber
    do throws(DeviceNumber.Fault) { number = try DeviceNumber(path: disk) } catch { throw noDisk(error.reason) }
    guard let snapshot = DiskSnapshot(number) else { throw noDisk("the kernel does not list it in /sys") }
    if let refusal = snapshot.refusal(imageBytes: BoardImage.byteCount, allowsBuiltIn: `internal`) {
      throw CommandError(refusal, snapshot, imageBytes: BoardImage.byteCount)
    }
    return snapshot
  }

  private func noDisk(_ why: String) -> CommandError {
    CommandError(
      .notADisk, "cannot flash \(Printable.text(disk))", because: why, next: "name a disk, as in /dev/sdb; see lsblk")
  }

  // MARK: Asking

  private func describe(_ disk: DiskSnapshot, _ image: BoardImage) {
    let board = image.board ?? "a board that it does not name"
    if let provision = image.provision {
      let label = provision.contents(Provision.hostname).map { Printable.text($0) } ?? "a board without a name"
      Console.say("image   \(Printable.text(self.image)), for \(board), provisioned for \(label)")
    } else {
      Console.say(
        "image   \(Printable.text(self.image)), for \(board), not provisioned: the board will trust nobody; see peernet provision --help"
      )
    }
    let words = [disk.model, ByteCount.text(disk.bytes), disk.connection.rawValue].filter { !$0.isEmpty }
    Console.say("disk    \(disk.name): \(words.joined(separator: ", "))")
    if disk.partitions.isEmpty { Console.say("lost    whatever is on it; it has no partitions") }
    for partition in disk.partitions {
      let contents = partition.contents.isEmpty ? "" : " \(partition.contents)"
      Console.say("lost    \(partition.name): \(ByteCount.text(partition.bytes))\(contents)")
    }
  }

  private func confirm(_ disk: DiskSnapshot) throws(CommandError) {
    if yes { return }
    guard Console.isInteractive else {
      throw CommandError(
        .usage, "not asked to overwrite \(disk.name)", because: "there is no terminal to confirm it on",
        next: "add --yes to do it")
    }
    guard Console.ask("Type \(disk.name) to overwrite all of it: ") == disk.name else {
      throw CommandError(
        .usage, "not asked to overwrite \(disk.name)", because: "its name was not typed",
        next: "nothing was written; type the name, or add --yes")
    }
  }

  // MARK: Writing

  private func open(_ snapshot: DiskSnapshot) throws(CommandError) -> DiskDevice {
    let what = "cannot flash \(snapshot.name)"
    let device: DiskDevice
    do throws(SystemError) { device = try DiskDevice(path: disk) } catch {
      switch error {
      case .busy:
        throw CommandError(
          .diskInUse, what, because: "another process holds it, or has it mounted", next: "unmount all of it first")
      case .readOnly: throw CommandError(.readOnly, snapshot, imageBytes: BoardImage.byteCount)
      case .noMedium: throw CommandError(.noMedium, snapshot, imageBytes: BoardImage.byteCount)
      default: throw CommandError(.io, what, because: error.text, next: "run it as root, as in sudo peernet flash")
      }
    }
    guard device.byteCount >= BoardImage.byteCount else {
      throw CommandError(.tooSmall, snapshot, imageBytes: BoardImage.byteCount)
    }
    return device
  }

  private func flash(_ image: BoardImage, to device: DiskDevice, _ snapshot: DiskSnapshot) throws(CommandError)
    -> Flasher<DiskDevice>.Outcome
  {
    let display = ProgressDisplay()
    let flasher = Flasher(
      target: device, verifies: verify, isInterrupted: { Interruption.isRequested },
      onProgress: { phase, done, total in display.show(phase.title, done, of: total) })
    defer { display.end() }
    do throws(Flasher<DiskDevice>.Problem) { return try flasher.flash(image) } catch {
      display.end()
      throw CommandError(error, snapshot)
    }
  }
}

extension Flasher.Phase {
  fileprivate var title: String {
    switch self {
    case .write: "writing"
    case .clear: "clearing"
    case .verify: "verifying"
    }
  }
}

extension CommandError {
  /// Whatever it was, the disk is neither what it was nor the image.
  fileprivate init<Target>(_ problem: Flasher<Target>.Problem, _ disk: DiskSnapshot) {
    let what = "\(disk.name) is half written and starts nothing"
    switch problem {
    case .image(let error):
      let failure = CommandError(error)
      self.init(.halfWritten, what, because: "\(failure.what), \(failure.why)", next: "then flash it again")
    case .cannotRead(let offset, let error):
      self.init(
        .halfWritten, what, because: "reading it failed at byte \(offset) (\(error.text))",
        next: "try another reader or card")
    case .cannotWrite(let offset, let error):
      self.init(
        .halfWritten, what, because: "writing it failed at byte \(offset) (\(error.text))",
        next: "try another reader or card")
    case .differs(let offset):
      self.init(
        .notVerified, what, because: "at byte \(offset) it reads otherwise than it was written",
        next: "the card is bad, or a counterfeit; take another")
    case .interrupted: self.init(.halfWritten, what, because: "it was interrupted", next: "flash it again")
    }
  }
}
