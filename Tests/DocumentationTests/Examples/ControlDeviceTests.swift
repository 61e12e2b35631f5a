import TestKit
import Testing

@Suite struct ControlDeviceTests {
  @Test func eachSideHasFewerThanThirtyLines() throws {
    let sides =
      Repository.files(in: "Examples/ControlDevice", ".swift") + Repository.files(in: "Examples/control_device", ".exs")
    #expect(sides.count == 4)
    for side in sides {
      let lines = try Repository.text(side).split(separator: "\n").filter { !$0.allSatisfy { $0 == " " } }
      #expect(lines.count < 30, "\(side)")
    }
  }

  @Test func thePhoneThatWasGrantedItTogglesTheRelay() async throws {
    // Each side tells its key first.
    let shownPhone = try Example("phone", "FOLDER", "--local")
    let shownDevice = try Example("device", "FOLDER", "--local")
    let (phoneKey, deviceKey) = (try await shownPhone.key(), try await shownDevice.key())
    #expect(try await shownPhone.end() == 0)
    #expect(try await shownDevice.end() == 0)

    let device = try Example("device", "FOLDER", phoneKey, "--local", folder: shownDevice.folder)
    #expect(try await device.key() == deviceKey)
    for state in ["on", "off"] {
      let phone = try Example("phone", "FOLDER", deviceKey, "--local", folder: shownPhone.folder)
      #expect(try await phone.key() == phoneKey)
      try await phone.line(with: "The relay is \(state)")
      #expect(try await phone.end() == 0)
    }

    // Another phone is a stranger.
    let stranger = try Example("phone", "FOLDER", deviceKey, "--local")
    try await stranger.line(with: "! the peer could not be reached")
    #expect(try await stranger.end() == 0)
    #expect(!stranger.printed.contains("relay"))
    try await device.stop()
  }
}
