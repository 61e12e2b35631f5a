import Boards
import Foundation
import PeerNet
import Sodium
import Testing

@testable import peernet

/// Commands that are printed to be pasted.
@Suite struct HintTests {
  @Test(arguments: [
    ("pump", "pump"), ("gpio.write:pump,wifi.*", "'gpio.write:pump,wifi.*'"), ("/tmp/a b.img", "'/tmp/a b.img'"),
    ("it's", "'it'\\''s'"), ("$(reboot)", "'$(reboot)'"), ("-rf", "'-rf'"), ("", "''"), ("~", "'~'"),
  ])
  func words(_ text: String, word: String) async throws {
    #expect(Hint.word(text) == word)
    // By the judgement of a shell.
    let laptop = try Laptop()
    #expect(try await laptop.shell("printf %s \(Hint.word(text))").output == text)
  }

  @Test func theHomeFolderGoesWithIt() {
    #expect(Hint.command("peers", arguments: ["peernet", "status"]) == "peernet peers")
    for arguments in [["peernet", "--home", "/a b", "status"], ["peernet", "status", "--home=/a b"]] {
      #expect(Hint.command("gpio", "list", "pump", arguments: arguments) == "peernet gpio list pump --home '/a b'")
    }
    #expect(Hint.command("peers", arguments: ["peernet", "call", "x", "--", "--home", "/a"]) == "peernet peers")
  }

  /// A failure of the real command: its last words do what they say.
  @Test func aHintIsPasted() async throws {
    let laptop = try Laptop()
    let home = laptop.file("another home")
    let key = String(decoding: TestBoard.identity(52).publicKey.text, as: UTF8.self)
    #expect(try await laptop.run("pair", key, "pump house", "--home", home).status == 0)
    let failed = try await laptop.run("ping", "nobody", "--home", home)
    let hints = failed.talk.split(separator: "; ").compactMap { $0.split(separator: ": ").last }
    #expect(hints.last == "peernet pair KEY LABEL --home '\(home)'\n", "\(failed.talk)")
    let command = try #require(hints.first { $0.hasPrefix("peernet peers") })
    let pasted = try await laptop.shell("peernet() { \"$0\" \"$@\"; }; \(command)")
    #expect(pasted.status == 0 && pasted.output.contains("pump house"), "\(pasted)")
  }
}
