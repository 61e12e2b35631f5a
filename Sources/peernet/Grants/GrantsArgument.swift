import Admin
import PeerNet

/// What is written behind `--allow`.
enum GrantsArgument {
  /// Where they will hold.
  enum Place {
    /// On a board, which has the procedures of its agent and no others.
    case board
    /// On this computer, where applications expose what they like.
    case here
  }

  /// What a text says, or why it says nothing: after "because".
  static func read(_ text: String, at place: Place) throws(InvalidSetting) -> Grants {
    let bytes = Array(text.utf8)
    guard let grants = Grants(text: bytes) else {
      throw InvalidSetting("\(Printable.text(text)) is not a list of NAME, PREFIX.*, NAME:ARGUMENT or *")
    }
    for item in bytes.split(separator: UInt8(ascii: ",")) {
      if let unknown = UnknownGrant(in: Array(item)), place == .board || unknown.isSlip {
        throw InvalidSetting(
          "\"\(Printable.text(unknown.item))\" names nothing; the nearest is \(Printable.text(unknown.nearest))")
      }
    }
    return grants
  }
}

extension UnknownGrant {
  /// Whether it was meant to be the nearest name, rather than one of an application: it holds a blank, is a procedure of
  /// a board's module that no board has, or is a letter or two off.
  fileprivate var isSlip: Bool {
    func module(_ name: [UInt8]) -> ArraySlice<UInt8> { name.prefix { $0 != UInt8(ascii: ".") } }
    return item.contains { $0 <= 0x20 || $0 == 0x7f } || distance * 4 <= item.count
      || Procedure.allCases.contains { module("\($0.name)".utf8.map { $0 }) == module(item) }
  }
}
