import Basics

/// What the running system leaves on its data partition about its own end, for the next start to read.
///
/// Text of three lines; the last one, `end`, tells a whole record from a torn one.
public enum ResetRecord: Equatable, Sendable {
  /// Written at every start: whoever finds it knows that nothing announced the end.
  case running
  /// An orderly restart had begun.
  case reboot(detail: [UInt8])
  /// An orderly power-off had begun.
  case powerOff(detail: [UInt8])
  /// The watchdog was not petted any more, and why.
  case watchdog(detail: [UInt8])

  /// A larger file is no record, in bytes.
  public static let maximumSize = 512

  /// The file's contents.
  public var bytes: [UInt8] {
    var text: [UInt8] = []
    var detail: [UInt8] = []
    switch self {
    case .running: text += "running"
    case .reboot(let why): (text, detail) = ([UInt8]("reboot"), why)
    case .powerOff(let why): (text, detail) = ([UInt8]("poweroff"), why)
    case .watchdog(let why): (text, detail) = ([UInt8]("watchdog"), why)
    }
    text += "\n"
    text += detail.printable.prefix(256)
    text += "\nend\n"
    return text
  }

  /// nil for a torn record, and for anything else.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= ResetRecord.maximumSize else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    guard lines.count == 4, "end" ~= lines[2], lines[3].isEmpty, lines[1] == lines[1].printable else { return nil }
    switch lines[0] {
    case "running": self = .running
    case "reboot": self = .reboot(detail: lines[1])
    case "poweroff": self = .powerOff(detail: lines[1])
    case "watchdog": self = .watchdog(detail: lines[1])
    default: return nil
    }
  }
}
