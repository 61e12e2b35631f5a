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
    let (disk, running) = try place()
    var text: [UInt8] = []
    func line(_ name: StaticString, _ value: [UInt8]) {
      text += name
      text += value
      text += "\n"
    }
    line("running   ", [running.slot.letter] + (running.isTrial ? ", on trial" : "").utf8)
    if let environment = try disk.slotEnvironment().current {
      line("confirmed ", [environment.confirmed.letter])
      if let trial = environment.trial {
        line("trial     ", [trial.letter] + ", started ".utf8 + [0x30 + UInt8(environment.tries)] + " of 3 times".utf8)
      }
      if let failed = environment.failed {
        line("failed    ", [failed.letter] + ": ".utf8 + (environment.reason?.text ?? []))
      }
    } else {
      line("confirmed ", Array("not known: both copies of slot.env are damaged".utf8))
    }
    let file = try disk.open(for: .reading)
    for slot in Slot.allCases {
      var contents: [UInt8] = []
      do throws(ImageError) {
        contents.append(header: try disk.header(of: slot, on: file))
      } catch .notWhole {
        contents += "no image"
      }
      line(slot == .a ? "slot a    " : "slot b    ", contents)
    }
    return text
  }

  private func write(_ path: [UInt8]) throws(ImageError) -> [UInt8] {
    let (disk, running) = try place()
    let progress = WriteProgress()
    let writer = SlotWriter(disk: disk, running: running.slot, board: try board()) { progress.tell($0, of: $1) }
    let source = try ImageSource(path)
    let (slot, header): (Slot, SlotHeader)
    do throws(ImageError) {
      (slot, header) = try writer.write(source)
      progress.end()
    } catch {
      progress.end()
      throw error
    }
    return sentence(slot, "holds ", header, "; start it with peernetd slot try and a reboot")
  }

  private func attempt() throws(ImageError) -> [UInt8] {
    let (disk, running) = try place()
    let board = try board()
    let environment = try disk.slotEnvironment().current ?? SlotEnvironment(confirmed: running.slot)
    if let trial = environment.trial { throw .refused(.onTrial(trial)) }
    let slot = environment.confirmed.other
    let file = try disk.open(for: .reading)
    let header = try disk.verify(slot, on: file, byteCount: disk.header(of: slot, on: file).imageByteCount)
    guard header.board == board else { throw .otherBoard(header.board, this: board, touched: nil) }
    try disk.changeSlotEnvironment(running: running.slot) { (environment) throws(SlotRefusal) in
      // Only what was verified is tried.
      if environment.confirmed == slot { throw .running(slot) }
      return try environment.trying(isVerified: true)
    }
    return sentence(slot, "is tried at the next boot: ", header, "; reboot to start it")
  }

  private func confirm() throws(ImageError) -> [UInt8] {
    let (disk, running) = try place()
    try disk.changeSlotEnvironment(running: running.slot) { (environment) throws(SlotRefusal) in
      try environment.confirming(running: running.slot)
    }
    return sentence(running.slot, "is confirmed: it boots from now on", nil, "")
  }

  private func place() throws(ImageError) -> (disk: BoardDisk, running: RunningSlot) {
    guard let path = settings.disk, let running = settings.running else { throw .noSlots }
    return (BoardDisk(path: path), running)
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

  private func sentence(
    _ slot: Slot, _ verb: StaticString, _ header: SlotHeader?, _ end: StaticString
  ) -> [UInt8] {
    var text: [UInt8] = []
    text += "slot "
    text.append(slot.letter)
    text += " "
    text += verb
    if let header { text.append(header: header) }
    text += end
    text += "\n"
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
    append(decimal: Int64(header.imageByteCount))
    self += " bytes"
  }
}
