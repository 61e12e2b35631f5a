import TestKit

/// A program in nmcli's place: a shell script that notes its arguments and environment, and then does what a test says.
final class FakeNmcli {
  let folder: TemporaryFolder
  var path: String { folder.path("nmcli") }

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

  init() throws { folder = try TemporaryFolder() }

  /// `body` is sh; `first` stands before the healthy answers.
  func install(first: String = "", body: String = FakeNmcli.healthy) throws {
    let text = """
      #!/bin/sh
      here=\(folder.path)
      echo "$*" >>$here/calls
      export -p >$here/environment
      \(first)
      \(body)
      """
    try ProgramFile.write(text, to: path)
  }

  var calls: [String] { read("calls").split(separator: "\n").map(String.init) }

  func read(_ name: String) -> String { string(folder.read(name) ?? []) }
}
