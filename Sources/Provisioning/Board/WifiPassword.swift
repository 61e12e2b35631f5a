import PeerNetClient
import Sodium

/// What a network asks of who joins it.
package enum WifiPassword: Equatable, Sendable {
  /// An open network.
  case open
  /// 8 to 63 bytes.
  case passphrase([UInt8])
  /// 64 hexadecimal digits: what WPA2 makes of passphrase and name.
  case key([UInt8])

  /// What somebody typed or wrote. The error never tells what.
  package init(_ bytes: [UInt8]) throws(InvalidSetting) {
    switch bytes.count {
    case 8...63:
      guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
        throw InvalidSetting("a wifi password has no control characters")
      }
      // wpa_supplicant has no escaping. It pairs up quotes, beginning with the one before the password, and takes #
      // between two pairs for the start of a comment: the line would end there, and the board would join no network.
      var isBetweenPairs = false
      for byte in bytes {
        if byte == UInt8(ascii: "\"") { isBetweenPairs.toggle() }
        guard byte == UInt8(ascii: "#"), isBetweenPairs else { continue }
        throw InvalidSetting(
          "wpa_supplicant takes # behind an odd number of quotes for a comment; give the 64 digits that wpa_passphrase makes of it"
        )
      }
      self = .passphrase(bytes)
    case 64:
      guard bytes.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
        throw InvalidSetting("a wifi password of 64 characters is hexadecimal digits")
      }
      self = .key(bytes)
    default: throw InvalidSetting("a wifi password has 8 to 63 characters, or 64 hexadecimal digits")
    }
  }

  /// The one line of a file; `-` is standard input.
  init(file: String) throws(InvalidSetting) {
    var bytes = try Self.contents(file)
    defer { wipe(&bytes) }
    var line: ArraySlice<UInt8>
    do throws(InvalidSetting) { line = try TextFile.utf8(bytes) } catch {
      throw InvalidSetting("\(Printable.text(file)): \(error.reason)")
    }
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard !line.contains(UInt8(ascii: "\n")), !line.contains(UInt8(ascii: "\r")) else {
      throw InvalidSetting("\(Printable.text(file)) has more than the one line of a password")
    }
    do throws(InvalidSetting) { self = try WifiPassword(Array(line)) } catch {
      throw InvalidSetting("\(Printable.text(file)): \(error.reason)")
    }
  }

  /// What is odd about the password although it may be meant; the text does not reveal the password. Nil when nothing
  /// is odd.
  package var oddity: String? {
    guard case .passphrase(let bytes) = self else { return nil }
    if let blank = TextFile.blank(atAnEndOf: bytes) { return "\(blank), which is taken for a part of it" }
    return String(validating: bytes, as: UTF8.self) == nil ? "is no UTF-8, as most routers take it" : nil
  }

  private static func contents(_ file: String) throws(InvalidSetting) -> [UInt8] {
    file == "-" ? try SmallFile.standardInput(limit: 4_096) : try SmallFile.read(file, limit: 4_096)
  }
}
