import PeerNet
import Sodium
import Testing

@testable import peernetd

@Suite struct InvocationTests {
  private let key = PublicKey(1, 2, 3, 4)
  private var keyText: String { String(decoding: key.text, as: UTF8.self) }

  private func parse(_ arguments: String...) throws(UsageError) -> Invocation {
    try Invocation(arguments.map { Array($0.utf8) }[...])
  }

  private func refusal(_ arguments: String...) -> String? {
    do throws(UsageError) {
      _ = try Invocation(arguments.map { Array($0.utf8) }[...])
      return nil
    } catch {
      return String(decoding: error.text, as: UTF8.self)
    }
  }

  @Test func commands() throws {
    #expect(try parse().command == .run)
    #expect(try parse("--check-config").command == .checkConfiguration)
    #expect(try parse("id").command == .id)
    #expect(try parse("peers").command == .peers)
    #expect(try parse("unpair", "anna").command == .unpair(peer: Array("anna".utf8)))
    #expect(try parse("--version").command == .version)
    #expect(try parse("pair", "--help").command == .help)
  }

  @Test func optionsStandAnywhere() throws {
    #expect(try parse("--config", "/c", "id").configurationFile == Array("/c".utf8))
    #expect(try parse("id", "--config=/c").configurationFile == Array("/c".utf8))
    let request = Invocation.PairRequest(
      key: key, label: Array("anna".utf8), allow: Array("wifi.*,gpio.read".utf8), wire: .two)
    #expect(try parse("pair", keyText, "anna", "--allow", "wifi.*,gpio.read", "--wire", "2").command == .pair(request))
    #expect(
      try parse("pair", "--wire=2", keyText.lowercased(), "--allow=wifi.*,gpio.read", "anna").command == .pair(request))
  }

  @Test func addingGoesWithPairingAlone() throws {
    var request = Invocation.PairRequest(key: key, label: Array("anna".utf8), allow: Array("wifi.*".utf8), wire: nil)
    request.adds = true
    #expect(try parse("pair", keyText, "anna", "--add=wifi.*").command == .pair(request))
    #expect(refusal("peers", "--add", "x") == "--add does not go with this command; see peernetd --help")
    #expect(refusal("import", "t", "--allow=*", "--add=x") == "--allow does not go with --add; see peernetd --help")
    #expect(
      refusal("pair", keyText, "a", "--allow=*", "--add=x") == "--allow does not go with --add; see peernetd --help")
  }

  @Test func imports() throws {
    var request = Invocation.ImportRequest(file: Array("t.bin".utf8), allow: Array("wifi.*".utf8))
    #expect(try parse("import", "--allow=wifi.*", "t.bin").command == .importPeers(request))
    request.isDryRun = true
    #expect(try parse("import", "t.bin", "--dry-run", "--allow", "wifi.*").command == .importPeers(request))
    #expect(refusal("import") == "missing TRUST.BIN, the Elixir node's list; see peernetd --help")
    #expect(refusal("import", "--allow", "*") == "missing TRUST.BIN, the Elixir node's list; see peernetd --help")
    let grants = "missing --allow: what the imported peers may call here; see peernetd --help"
    #expect(refusal("import", "t.bin") == grants)
    #expect(refusal("import", "t.bin", "--allow", "") == "missing procedure names after --allow; see peernetd --help")
    #expect(refusal("import", "t.bin", "u.bin", "--allow=*") == "unexpected argument u.bin; see peernetd --help")
    for option in ["--wire=1", "--check-config"] {
      let name = option.prefix { $0 != "=" }
      #expect(
        refusal("import", "t.bin", "--allow=*", option) == "\(name) does not go with this command; see peernetd --help")
    }
    #expect(refusal("id", "--dry-run") == "--dry-run does not go with this command; see peernetd --help")
    #expect(refusal("id", "--dry-run=x") == "unknown option \"--dry-run=x\"; see peernetd --help")
  }

  @Test func slots() throws {
    #expect(try parse("slot").command == .slot(.status))
    #expect(try parse("slot", "status").command == .slot(.status))
    #expect(try parse("slot", "try").command == .slot(.attempt))
    #expect(try parse("slot", "confirm").command == .slot(.confirm))
    #expect(try parse("slot", "write", "f.img").command == .slot(.write(Array("f.img".utf8))))
    #expect(try parse("slot", "write", "-", "--config=/c").command == .slot(.write([UInt8(ascii: "-")])))
    #expect(refusal("slot", "write") == "missing FILE, a slot image, or - for standard input; see peernetd --help")
    #expect(refusal("slot", "erase") == "unknown command \"slot erase\"; see peernetd --help")
    #expect(refusal("slot", "try", "b") == "unexpected argument b; see peernetd --help")
    #expect(refusal("slot", "try", "--dry-run") == "--dry-run does not go with this command; see peernetd --help")
  }

  @Test func refusals() {
    #expect(refusal("--verbose") == "unknown option --verbose; see peernetd --help")
    #expect(refusal("--help=x") == "unknown option \"--help=x\"; see peernetd --help")
    #expect(refusal("start") == "unknown command start; see peernetd --help")
    #expect(refusal("") == "unexpected argument \"\"; see peernetd --help")
    #expect(refusal("id", "x") == "unexpected argument x; see peernetd --help")
    #expect(refusal("unpair") == "missing PEER, a label, key or fingerprint; see peernetd --help")
    #expect(refusal("pair", keyText) == "missing KEY and LABEL; see peernetd --help")
    #expect(refusal("--config") == "missing FILE after --config; see peernetd --help")
    #expect(refusal("--config=") == "missing FILE after --config; see peernetd --help")
    #expect(refusal("id", "--allow", "x") == "--allow does not go with this command; see peernetd --help")
    #expect(refusal("id", "--check-config") == "--check-config does not go with this command; see peernetd --help")
    #expect(refusal("pair", keyText, "a", "--wire", "3") == "3 is not a wire; write 1 or 2")
    #expect(
      refusal("pair", "AB\u{1b}", "a")
        == #""AB\x1b" is not a key of 52 letters and digits, as the peer's own id command prints it"#)
  }
}
