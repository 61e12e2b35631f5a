import Basics
import CLinux

/// Tells on stderr how far a write is: on a terminal in one line that changes, otherwise in a line each 16 MiB.
final class WriteProgress {
  private let isTerminal = clinux_is_terminal(StandardStream.error.rawValue) == 1
  private var told: UInt64 = 0

  func tell(_ written: UInt64, of total: UInt64?) {
    guard written - told >= (isTerminal ? 1 << 20 : 16 << 20) || written == total else { return }
    told = written
    var text: [UInt8] = []
    text += isTerminal ? "\r" : ""
    text += "written "
    text.append(decimal: written >> 10)
    if let total {
      text += " of "
      text.append(decimal: Int64(clamping: (total + 1023) >> 10))
    }
    text += " KiB"
    text += isTerminal ? "" : "\n"
    StandardStream.error.write(text)
  }

  /// The line on the terminal is over.
  func end() {
    if isTerminal, told > 0 { StandardStream.error.write([UInt8(ascii: "\n")]) }
  }
}
