import Basics

/// What process 1 tells the agent about this start: lines of `key=value`.
public struct BoardFacts: Equatable, Sendable {
  /// Why the board started.
  public var reason: BootReason
  /// What became of the data partition: `new` on the first start, then `kept`, `repaired`, `remade`, or `lost`: in memory.
  public var data: [UInt8]
  /// One line for people; may be empty.
  public var dataDetail: [UInt8]

  /// All there is to tell.
  public init(reason: BootReason, data: [UInt8], dataDetail: [UInt8]) {
    self.reason = reason
    self.data = data
    self.dataDetail = dataDetail
  }

  /// The file's contents.
  public var bytes: [UInt8] {
    var text = [UInt8]("boot.reason=")
    text += reason.token
    text += [UInt8]("\nboot.detail=") + reason.detail.printable
    text += [UInt8]("\ndata=") + data.printable
    text += [UInt8]("\ndata.detail=") + dataDetail.printable
    text += "\n"
    return text
  }

  /// The value of `key` in such lines; the first one counts.
  public static func value(of key: StaticString, in text: [UInt8]) -> [UInt8]? {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let sign = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      if key ~= Array(line[..<sign]) { return Array(line[(sign + 1)...]).printable }
    }
    return nil
  }
}
