import Admin
import PeerNetClient
import Settings

/// The extra profile settings of one board, read as its agent reads them. A mistake is reported here, before a board is
/// flashed that lacks a line. The agent reads the file with the library inih, whose rules these are.
enum ProfileFile {
  /// Throws if the text is not a profile or holds an unknown name. The text need not be a whole profile: the profile of
  /// all boards may already say where a line is.
  static func check(_ text: ArraySlice<UInt8>) throws(InvalidSetting) {
    let settings = try settings(of: text)
    do throws(ProfileFault) {
      let profile = try BoardProfile(settings)
      if let first = profile.warnings.min(by: { $0.line < $1.line }) { throw first }
    } catch {
      switch error.reason {
      case .noLine, .controlWithoutInterface: try checkNames(settings)
      default: throw fault(error)
      }
    }
  }

  /// Checks the names in each section, after adding the settings that a whole profile would need.
  private static func checkNames(_ settings: [Setting]) throws(InvalidSetting) {
    var whole = settings
    func add(_ section: [UInt8], _ key: String, _ value: String) {
      whole.append(Setting(section: section, key: Array(key.utf8), value: Array(value.utf8), line: 0))
    }
    for section in Set(settings.map(\.section)) {
      let keys = settings.filter { $0.section == section }.map { String(decoding: $0.key, as: UTF8.self) }
      if section.starts(with: "gpio ".utf8), !keys.contains("line"), !keys.contains("offset") {
        add(section, "line", "any")
      }
      if section == Array("wifi".utf8), !keys.contains("interface") { add(section, "interface", "wlan0") }
    }
    do throws(ProfileFault) {
      let profile = try BoardProfile(whole)
      if let first = profile.warnings.min(by: { $0.line < $1.line }) { throw first }
    } catch { throw fault(error) }
  }

  private static func fault(_ fault: ProfileFault) -> InvalidSetting {
    InvalidSetting("line \(fault.line): \(Printable.text(fault.text))")
  }

  private static func settings(of text: ArraySlice<UInt8>) throws(InvalidSetting) -> [Setting] {
    var section: [UInt8] = []
    var settings: [Setting] = []
    for (index, bytes) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = trimmed(bytes)
      switch line.first {
      case nil, UInt8(ascii: ";"), UInt8(ascii: "#"): continue
      case UInt8(ascii: "["):
        guard let end = line.firstIndex(of: UInt8(ascii: "]")) else { throw notASetting(index + 1) }
        section = Array(line[(line.startIndex + 1)..<end])
      default:
        guard let middle = line.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }),
          middle > line.startIndex
        else { throw notASetting(index + 1) }
        settings.append(
          Setting(
            section: section, key: Array(trimmed(line[..<middle])),
            value: Array(trimmed(withoutComment(line[(middle + 1)...]))), line: index + 1))
      }
    }
    return settings
  }

  private static func notASetting(_ line: Int) -> InvalidSetting {
    InvalidSetting("line \(line): expected [section], key = value or a comment")
  }

  /// A comment behind a value begins with a blank and a semicolon.
  private static func withoutComment(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = value.indices.first { index in
      value[index] == UInt8(ascii: ";") && index > value.startIndex && isBlank(value[index - 1])
    }
    return start.map { value[..<$0] } ?? value
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop { isBlank($0) }
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte) }
}
