import Foundation
import Testing

@testable import Provisioning

/// The configuration that a board is given, read by the program that reads it there.
@Suite(.timeLimit(.minutes(2))) struct SupplicantConfigurationTests {
  private static let program = "/usr/sbin/wpa_supplicant"

  @Test(arguments: [
    "plain words", "a\"bcdefgh", "abc#defgh", "\"abcdefgh\"", "\"\"#abcdef", "say \"hi\" #1 today",
    " # \\ ' = } \"", "ab#\"cd\"#ef", "#abcdefg", "K\u{fc}che 12",
  ])
  func itReadsThePassphraseAsItWasGiven(_ passphrase: String) throws {
    let password = try WifiPassword(Array(passphrase.utf8))
    let network = try WifiNetwork(ssid: "greenhouse", country: "DE")
    let said = try read(String(decoding: network.configuration(password), as: UTF8.self))
    // With -K it tells the keys that it has: `PSK (ASCII passphrase) - hexdump_ascii(len=17):`, 16 bytes a line.
    let lines = said.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix("PSK (ASCII passphrase)") }, "\(said)")
    #expect(lines[start].contains("(len=\(passphrase.utf8.count))"), "\(lines[start])")
    let dump = lines[(start + 1)...].prefix { $0.hasPrefix("     ") }
    let bytes = dump.flatMap { line in
      line.dropFirst(5).prefix(47).split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
    #expect(bytes == Array(passphrase.utf8))
    #expect(said.contains("country='DE'") && !said.contains("Failed to parse"), "\(said)")
  }

  /// Why these are refused: it takes less than was given, or nothing.
  @Test(arguments: ["ab\"cd#efgh", "abcdefgh\"#", "a\"b\"c\"d#efg"]) func whatItCannotReadIsRefused(
    _ passphrase: String
  ) throws {
    #expect(throws: InvalidSetting.self) { try WifiPassword(Array(passphrase.utf8)) }
    let network = try WifiNetwork(ssid: "greenhouse", country: "DE")
    let said = try read(
      String(decoding: network.configuration(.passphrase(Array(passphrase.utf8))), as: UTF8.self))
    #expect(
      said.contains("country='DE'")
        && !said.contains("PSK (ASCII passphrase) - hexdump_ascii(len=\(passphrase.utf8.count))"), "\(said)")
  }

  /// What it says of a configuration, in debugging. It ends at an interface that is not there, after it has read all of it.
  private func read(_ configuration: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "supplicant-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "wpa.conf")
    // A folder of its own for the control socket.
    try configuration.replacing("/run/wpa_supplicant", with: folder.appending(path: "run").path)
      .write(to: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: Self.program)
    process.arguments = ["-Dwired", "-inonesuch0", "-c", file.path, "-dd", "-K"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }
}
