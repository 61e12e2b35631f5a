import Admin
import Disk
import Ini
import PeerNet
import Settings
import TestKit
import Testing

@testable import peernetd

/// What is read of a flashed board's files, and of the settings of one board alone.
@Suite struct ImageSettingsTests {
  @Test func theKernelsCommandLineNamesTheSlot() {
    func slot(_ text: String) -> RunningSlot? { RunningSlot(commandLine: Array(text.utf8)) }
    #expect(slot("console=ttyS0 board.slot=b board.trial=1 quiet\n")?.slot == .b)
    #expect(slot("console=ttyS0 board.slot=b board.trial=1 quiet\n")?.isTrial == true)
    #expect(slot("board.slot=a")?.slot == .a)
    #expect(slot("board.slot=a")?.isTrial == false)
    #expect(slot("board.slot=a board.trial=0\n")?.isTrial == false)
    #expect(slot("board.slot=b board.trial=1\n")?.isTrial == true)
    for none in [
      "", "\n", "quiet", "board.slot=", "board.slot=c", "board.slot=ab", "xboard.slot=a", "board.slot a",
      "board.slot", "board.trial=1",
    ] {
      #expect(slot(none) == nil, "\(none)")
    }
  }

  @Test func valuesAreOneLineEach() {
    func value(_ text: String) -> String? {
      ImageSettings.value(of: "version", in: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(value("board=x\nversion=1 2\n") == "1 2")
    #expect(value("version=1") == "1")
    #expect(value("version=1\nversion=2") == "1")
    #expect(value("version=\n") == nil)
    #expect(value("versions=1\nthe version=1\nversion") == nil)
    #expect(value("version=" + String(repeating: "x", count: 300)) == String(repeating: "x", count: 256))
  }

  @Test func keysOfTheSection() throws {
    let settings = try IniFile(
      Array("[image]\ndisk=/d\ncmdline=/c\nrelease=/r\nfacts=/f\npatience=2m\nnetwork_timeout=90s\n".utf8)
    ).settings
    let (configuration, faults) = Configuration.read(settings)
    #expect(faults.isEmpty)
    var image = ImageSettings()
    image.disk = Array("/d".utf8)
    image.commandLine = Array("/c".utf8)
    image.release = Array("/r".utf8)
    image.facts = Array("/f".utf8)
    image.patience = .seconds(120)
    image.networkTimeout = .seconds(90)
    #expect(configuration.image == image)
    #expect(ImageSettings().disk == nil)
    #expect(ImageSettings().patience == .seconds(300))
    #expect(ImageSettings().networkTimeout == .seconds(600))
    let wrong = Configuration.read(try IniFile(Array("[image]\ndisk=sda\npatience=0\nsize=1\n".utf8)).settings)
    #expect(wrong.faults.map(\.problem) == [.notAPath, .notAnInterval(100...3_600_000), .unknownKey])
  }

  // MARK: board.conf of the state folder

  private func profile(
    _ common: String, own: String?
  ) throws(CommandError) -> (profile: BoardProfile, warnings: [String]) {
    let folder = try! TemporaryFolder()
    try! folder.write("board.conf", common)
    if let own { try! folder.write("state/board.conf", own) }
    var configuration = Configuration()
    configuration.profile = Array(folder.path("board.conf").utf8)
    configuration.state = Array(folder.path("state").utf8)
    let (profile, warnings) = try ConfigurationFile.loadProfile(configuration)
    return (profile, warnings.map { String(decoding: $0, as: UTF8.self).replacing(folder.path + "/", with: "") })
  }

  private let common = "[board]\nname = Pi 4\n[gpio pump]\nline = GPIO17\ndirection = output\n"

  @Test func aBoardsOwnSettingsWin() throws {
    let (profile, warnings) = try profile(
      common, own: "[board]\nname = Greenhouse 7\n[gpio pump]\nline = GPIO18\n[gpio door]\nline = GPIO4\n")
    #expect(warnings.isEmpty)
    #expect(profile.name == Array("Greenhouse 7".utf8))
    let pump = try #require(profile.line(labelled: Array("pump".utf8)))
    #expect(pump.location == .name(Array("GPIO18".utf8), chip: nil))
    #expect(pump.direction == .output)
    #expect(profile.line(labelled: Array("door".utf8)) != nil)
    #expect(profile.lines.count == 2)
  }

  @Test func withoutThemNothingChanges() throws {
    #expect(try profile(common, own: nil).profile.name == Array("Pi 4".utf8))
    #expect(try profile(common, own: nil).warnings.isEmpty)
  }

  /// A grant of `gpio.write:pump` is one of line 17 or 18, never of line 1.
  @Test func ofHalfAFileNothingIsTaken() throws {
    let own = "[gpio pump]\nline = GPIO18\n"
    for end in 1..<own.utf8.count {
      let (profile, warnings) = try profile(common, own: String(own.prefix(end)))
      let pump = try #require(profile.line(labelled: Array("pump".utf8)))
      #expect(pump.location == .name(Array("GPIO17".utf8), chip: nil), "\(end)")
      if end != 12 {
        #expect(
          warnings == [
            "state/board.conf: it may be cut off, so nothing of it is taken; end its last line, or copy it again"
          ])
      }
    }
    #expect(
      try profile(common, own: own).profile.line(labelled: Array("pump".utf8))?.location
        == .name(Array("GPIO18".utf8), chip: nil))
  }

  @Test func whatIsWrongWithThemIsToldAndLeftOut() throws {
    for (own, warning) in [
      ("[gpio pump]\nline = GPIO18\ndirection = up\n", "state/board.conf:3:"), ("no setting\n", "state/board.conf:1:"),
    ] {
      let (profile, warnings) = try profile(common, own: own)
      #expect(profile.line(labelled: Array("pump".utf8))?.location == .name(Array("GPIO17".utf8), chip: nil))
      #expect(warnings.count == 1 && warnings[0].hasPrefix(warning), "\(warnings)")
    }
    let (_, warnings) = try profile(common, own: "[board]\ncolour = green\n")
    #expect(warnings.count == 1 && warnings[0].hasPrefix("state/board.conf:2:"), "\(warnings)")
  }
}
