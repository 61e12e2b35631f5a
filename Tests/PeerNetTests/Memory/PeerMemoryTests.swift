import Seeds
import Sodium
import TestKit
import Testing

@testable import PeerNet

private let alice = "O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ"
private let bob = "54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA"
private func key(_ text: String) -> PublicKey { PublicKey(text: utf8(text))! }
private func address(_ text: String) -> Endpoint { Endpoint(text: utf8(text))! }
private func memory(_ text: String) throws(PeerMemory.Fault) -> PeerMemory { try PeerMemory.parse(utf8(text)) }
private func error(_ text: String) -> PeerMemory.Fault? {
  do { _ = try memory(text) } catch { return error }
  return nil
}

@Suite struct PeerMemoryTests {
  @Test func isWrittenAndReadBack() throws {
    var memory = PeerMemory()
    #expect(string(memory.serialize()) == "peernet-peers 1\n")
    holds(memory.noteProven(address("10.0.0.1:4040"), for: key(bob)))
    holds(memory.noteSpeaksTwo(key(alice)))
    holds(memory.noteProven(address("[fe80::1%3]:4040"), for: key(alice)))
    holds(memory.noteProven(address("10.0.0.2:4040"), for: key(alice)))
    let text = """
      peernet-peers 1
      \(bob) at=10.0.0.1:4040
      \(alice) wire=2 at=10.0.0.2:4040,[fe80::1%3]:4040

      """
    #expect(string(memory.serialize()) == text)
    let again = try PeerMemory.parse(memory.serialize())
    #expect(again.peers == memory.peers)
    #expect(string(again.serialize()) == text)
  }

  @Test func onlyNewsIsWorthWriting() {
    var memory = PeerMemory()
    holds(memory.noteSpeaksTwo(key(alice)))
    holds(!memory.noteSpeaksTwo(key(alice)))
    holds(memory.noteProven(address("10.0.0.1:1"), for: key(alice)))
    holds(!memory.noteProven(address("10.0.0.1:1"), for: key(alice)))
    holds(!memory.noteProven(address("10.0.0.1:0"), for: key(alice)))
    #expect(memory.peer(key(alice))?.speaksTwo == true)
    holds(!memory.forgetSpeaksTwo(key(bob)))
    #expect(memory.peer(key(bob)) == nil)
    holds(memory.forgetSpeaksTwo(key(alice)))
    holds(memory.forget(key(alice)))
    holds(!memory.forget(key(alice)))
  }

  @Test func whenAPeerWasSeen() throws {
    var memory = PeerMemory()
    holds(memory.noteSeen(1_796_003_691, for: key(bob)))
    holds(!memory.noteSeen(1_796_003_690, for: key(bob)))
    holds(!memory.noteSeen(.max, for: key(bob)))
    holds(memory.noteSeen(1_796_003_700, for: key(bob)))
    holds(memory.noteProven(address("10.0.0.1:1"), for: key(bob)))
    #expect(string(memory.serialize()) == "peernet-peers 1\n\(bob) at=10.0.0.1:1 seen=1796003700\n")
    #expect(try PeerMemory.parse(memory.serialize()).peer(key(bob))?.seen == 1_796_003_700)
    // What makes no sense is no reason to refuse the file: older releases read over it, too.
    #expect(try PeerMemory.parse(utf8("peernet-peers 1\n\(bob) seen=soon\n")).peer(key(bob))?.seen == nil)
  }

  @Test func fourAddressesTheLatestFirst() {
    var memory = PeerMemory()
    for number in 1...6 { _ = memory.noteProven(address("10.0.0.\(number):1"), for: key(alice)) }
    _ = memory.noteProven(address("10.0.0.4:1"), for: key(alice))
    #expect(memory.peer(key(alice))?.addresses == [4, 6, 5, 3].map { address("10.0.0.\($0):1") })
  }

  @Test func aThousandAndTwentyFourPeers() throws {
    var memory = PeerMemory()
    for number in 0..<1_030 { _ = memory.noteSpeaksTwo(PublicKey(UInt64(number), 0, 0, 0)) }
    #expect(memory.peers.count == 1_024)
    #expect(memory.peer(PublicKey(5, 0, 0, 0)) == nil)
    #expect(memory.peer(PublicKey(6, 0, 0, 0)) != nil)
    let text = memory.serialize()
    #expect(try PeerMemory.parse(text).peers == memory.peers)
    let more = string(text) + "\(alice)\n"
    #expect(error(more) == .tooManyPeers(line: 1_026))
    #expect(error("peernet-peers 1\n" + String(repeating: "\n", count: 524_288)) == .fileTooLarge)
  }

  @Test func whatAnotherReleaseWroteIsKept() throws {
    let text = """
      peernet-peers 2 sealed=no
      zone 3 of=5
      # a comment
      \(alice) wire=2 at=10.0.0.1:4040,tcp4/10.0.0.1 last=2026-05-05
      """
    var memory = try memory(text)
    #expect(memory.peer(key(alice))?.addresses == [address("10.0.0.1:4040")])
    holds(memory.noteProven(address("10.0.0.2:1"), for: key(alice)))
    #expect(
      string(memory.serialize()) == """
        peernet-peers 2
        zone 3 of=5
        # a comment
        \(alice) wire=2 at=10.0.0.2:1,10.0.0.1:4040 last=2026-05-05

        """)
  }

  /// Found by fuzzing: each rewrite took one of several carriage returns off a later release's line.
  @Test func carriageReturnsDoNotKeepARewriteFromBeingStable() throws {
    let once = try PeerMemory.parse(Array("peernet-peers 4\nAA x\r\r\r\n".utf8)).serialize()
    #expect(try PeerMemory.parse(once).serialize() == once)
  }

  @Test(arguments: [
    ("", PeerMemory.Fault.header), ("peernet-trust 1\n", .header), ("peernet-peers 0\n", .header),
    ("peernet-peers 1\nhello\n", .malformed(line: 2)),
    ("peernet-peers 1\n\n\(alice) word\n", .malformed(line: 3)),
    ("peernet-peers 1\n\(alice) at=10.0.0.1\n", .malformed(line: 2)),
    ("peernet-peers 1\n\(alice) at=10.0.0.1:0\n", .malformed(line: 2)),
    ("peernet-peers 1\n\(alice) at=224.0.0.1:5\n", .malformed(line: 2)),
    ("peernet-peers 1\n\(alice) x=\u{1}\n", .malformed(line: 2)),
    ("peernet-peers 1\n\(alice)\n\(alice)\n", .duplicateKey(line: 3)),
    ("peernet-peers 1\n#" + String(repeating: "x", count: 512), .lineTooLong(line: 2)),
  ])
  func otherFilesAreRefused(_ text: String, reason: PeerMemory.Fault) { #expect(error(text) == reason) }

  @Test(arguments: [1, 2]) func hostileFiles(_ version: Int) throws {
    var random = SeededGenerator(seed: UInt64(10 + version))
    let good = utf8(
      """
      peernet-peers \(version)
      # a comment
      \(alice) wire=2 at=10.0.0.1:4040,[fe80::1%3]:4040 last=3
      \(bob) at=192.168.1.1:1
      """)
    var read = 0
    for _ in 0..<3_000 {
      let bytes = random.mutate(good, favouring: utf8(" \n\r#=,:.[]%A20"))
      guard let memory = try? PeerMemory.parse(bytes) else { continue }
      read += 1
      let again = try PeerMemory.parse(memory.serialize())
      #expect(again.peers == memory.peers)
      #expect(again.serialize() == memory.serialize())
      #expect(memory.peers.allSatisfy { $0.addresses.count <= 4 && $0.addresses.allSatisfy(\.isDialable) })
    }
    #expect(read > 150)
  }
}
