import Basics
import Disk
import Linux

/// The commands on the two slots of a flashed board. Each returns what goes to stdout.
struct SlotCommands {
  let settings: ImageSettings
  /// The folder that the lock stands in.
  let runtime: [UInt8]

  func run(_ request: Invocation.SlotRequest) throws(CommandError) -> [UInt8] {
    do throws(ImageError) {
      switch request {
      case .status: return try status()
      case .write(let path): return try alone { () throws(ImageError) in try write(path) }
      case .attempt: return try alone(attempt)
      case .confirm: return try confirm()
      }
    } catch {
      throw .image(error)
    }
  }

  /// What runs, what boots, and what is in the slots, a line each.
  private func status() throws(ImageError) -> [UInt8] {
    let (disk, running) = try place(for: .reading)
    var text: [UInt8] = []
    text += "running   "
    text.append(running.slot.letter)
    text += "\nconfirmed "
    if let environment = try disk.slotEnvironment().current {
      text.append(environment.confirmed.letter)
      if let trial = environment.trial {
        text += "\ntrial     "
        text.append(trial.letter)
        text += ", started "
        text.append(decimal: environment.tries)
        text += " of 3 times"
      }
      if let failed = environment.failed {
        text += "\nfailed    "
        text.append(failed.letter)
        text += ", "
        text += environment.reason?.text ?? []
      }
    } else {
      text += "not known: both copies of slot.env are damaged"
    }
    for slot in Slot.allCases {
      text += "\nslot "
      text.append(slot.letter)
      text += "    "
      do throws(ImageError) {
        text.append(header: try disk.header(of: slot))
      } catch {
        guard case .notWhole = error else { throw error }
        text += "no image"
      }
    }
    text += "\n"
    return text
  }

  private func write(_ path: [UInt8]) throws(ImageError) -> [UInt8] {
    let (disk, running) = try place(for: .writing)
    let progress = WriteProgress()
    defer { progress.end() }
    let writer = SlotWriter(disk: disk, running: running.slot, board: try board(), progress: progress)
    let (slot, header) = try writer.write(try ImageSource(path))
    return sentence(slot, " holds ", header, "; have the next boot try it: peernetd slot try\n")
  }

  private func attempt() throws(ImageError) -> [UInt8] {
    let (disk, running) = try place(for: .writing)
    let environment = try disk.slotEnvironment().current ?? SlotEnvironment(confirmed: running.slot)
    if let trial = environment.trial { throw .refused(.onTrial(trial)) }
    let slot = environment.confirmed.other
    let header = try disk.verify(slot, byteCount: disk.header(of: slot).imageByteCount)
    let board = try board()
    guard header.board == board else { throw .otherBoard(header.board, this: board) }
    try disk.apply(.attempt(slot), running: running.slot)
    return sentence(slot, " is tried at the next boot: ", header, "; reboot to start it\n")
  }

  private func confirm() throws(ImageError) -> [UInt8] {
    let (disk, running) = try place(for: .writing)
    try disk.apply(.confirm, running: running.slot)
    return sentence(running.slot, " is confirmed: it boots from now on\n", nil, "")
  }

  private func place(for access: DiskFile.Access) throws(ImageError) -> (disk: BoardDisk, running: RunningSlot) {
    guard let path = settings.disk, let running = settings.running else { throw .noSlots }
    return (try BoardDisk(path, for: access), running)
  }

  private func board() throws(ImageError) -> [UInt8] {
    guard let board = settings.release("board") else { throw .noRelease(settings.release) }
    return board
  }

  /// One at a time: what is verified shall be what is tried.
  private func alone(_ body: () throws(ImageError) -> [UInt8]) throws(ImageError) -> [UInt8] {
    let path = runtime + "/slot".utf8
    var result: [UInt8] = []
    var failure: ImageError?
    do throws(FileError) {
      try StateFolder.make(for: path)
      try DurableFile(path: path).update(waitingForLock: false) { (_) throws(FileError) in
        do throws(ImageError) { result = try body() } catch { failure = error }
        return nil
      }
    } catch {
      throw error == .locked ? .busy : .noLock(path, error)
    }
    if let failure { throw failure }
    return result
  }

  private func sentence(_ slot: Slot, _ verb: StaticString, _ header: SlotHeader?, _ end: StaticString) -> [UInt8] {
    var text: [UInt8] = []
    text += "slot "
    text.append(slot.letter)
    text += verb
    if let header { text.append(header: header) }
    text += end
    return text
  }
}

extension [UInt8] {
  /// `version 1.2 for rpi4, 52428800 bytes`
  fileprivate mutating func append(header: SlotHeader) {
    self += "version "
    self += header.version
    self += " for "
    self += header.board
    self += ", "
    append(decimal: header.imageByteCount)
    self += " bytes"
  }
}
