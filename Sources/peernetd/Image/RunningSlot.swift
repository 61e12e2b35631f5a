import Disk

/// The slot that this system runs from. The boot script says it on the kernel's command line; nothing else is asked.
struct RunningSlot: Equatable {
  let slot: Slot
  /// Whether it is on trial: confirmed by nobody yet when it was started.
  let isTrial: Bool

  /// Nil on a system that was not started from a slot. The last word of a kind counts, as with the kernel.
  init?(commandLine: [UInt8]) {
    var slot: Slot?
    var isTrial = false
    for word in commandLine.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
      if word.starts(with: "board.slot=".utf8) { slot = Slot(word.dropFirst(11)) }
      if word.starts(with: "board.trial=".utf8) { isTrial = word.dropFirst(12).elementsEqual("1".utf8) }
    }
    guard let slot else { return nil }
    self.slot = slot
    self.isTrial = isTrial
  }
}
