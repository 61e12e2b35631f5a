import Admin
import PeerNet
import PeerNetClient

/// The value of `--allow`.
package enum GrantsArgument {
  /// Which side the grants are for.
  package enum Place: Sendable {
    /// A board, which has the procedures of its agent and no others.
    case board
    /// This computer, where applications expose names of their own.
    case here
  }

  /// Reads the grants. The reason of the error continues a sentence after "because".
  package static func read(_ text: String, at place: Place) throws(InvalidSetting) -> Grants {
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
  /// Whether the item is a misspelling of the nearest known name rather than the name of an application's handler: it
  /// holds a blank, it names a module of the boards and a procedure that no board has, or it differs from the known
  /// name by a letter or two.
  fileprivate var isSlip: Bool {
    func module(_ name: [UInt8]) -> ArraySlice<UInt8> { name.prefix { $0 != UInt8(ascii: ".") } }
    return item.contains { $0 <= 0x20 || $0 == 0x7f } || distance * 4 <= item.count
      || Procedure.allCases.contains { module("\($0.name)".utf8.map { $0 }) == module(item) }
  }
}
