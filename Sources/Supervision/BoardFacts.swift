/// What process 1 tells the agent about this start: lines of `key=value`.
public struct BoardFacts: Equatable, Sendable {
  /// Why the board started.
  public var reason: BootReason
  /// What became of the data partition: `kept`, `repaired`, `remade`, `lost`.
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
    var text = "boot.reason=".bytes
    text += reason.token
    text += "\nboot.detail=".bytes + reason.detail.printable
    text += "\ndata=".bytes + data.printable
    text += "\ndata.detail=".bytes + dataDetail.printable
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
