import Glibc
import TestKit
import Testing

/// A program in nmcli's place: a shell script that notes its arguments and environment, and then does what a test says.
final class FakeNmcli {
  let folder: String
  var path: String { folder + "/nmcli" }

  /// What it answers by default: a radio on a network.
  static let healthy = #"""
    case "$*" in
      *"device show wlan0")
        echo GENERAL.TYPE:wifi
        echo 'GENERAL.STATE:100 (connected)'
        echo GENERAL.CON-UUID:6a3f3c1e-5b0a-4b2d-9d6e-0123456789ab
        echo 'IP4.ADDRESS[1]:192.0.2.14/24' ;;
      *"wifi list ifname wlan0 --rescan "*)
        echo ' :3A\:13\:0B\:DD\:4A\:C7:2462 MHz:100::613A625C63FF0A3A2A'
        echo '*:22\:46\:25\:E7\:5F\:5D:2437 MHz:90:WPA2:677265656E686F757365' ;;
      *"radio all") echo enabled:enabled ;;
    esac
    """#

  init() throws {
    var template = Array((P_tmpdir + "/nmcli-XXXXXX").utf8CString)
    folder = String(cString: mkdtemp(&template))
  }

  deinit {
    for name in ["nmcli", "calls", "environment", "radio", "radio.lock", "note"] { unlink(folder + "/" + name) }
    rmdir(folder)
  }

  /// `body` is sh; `first` stands before the healthy answers.
  func install(first: String = "", body: String = FakeNmcli.healthy) throws {
    let text = """
      #!/bin/sh
      here=\(folder)
      echo "$*" >>$here/calls
      export -p >$here/environment
      \(first)
      \(body)
      """
    try ProgramFile.write(text, to: path)
  }

  var calls: [String] { read("calls").split(separator: "\n").map(String.init) }

  func read(_ name: String) -> String {
    guard let file = fopen(folder + "/" + name, "r") else { return "" }
    defer { fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer.prefix(count) }
    return String(decoding: text, as: UTF8.self)
  }
}
