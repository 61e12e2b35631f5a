import Testing

@testable import Admin

/// The bytes of the journal's file: a release must read what the one before it has written.
@Suite struct OnceRecordTests {
  private let who = [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 2, count: 16)

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// Worked out apart from this code, with Python's hashlib.
  @Test func recordsAndTheirChainAreTheseBytes() {
    let own = [UInt8](repeating: 3, count: 16) + [0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0] + bytes("boot-1")
    let started = OnceRecord.bytes(OnceRecord.started, who, own)
    let ones = String(repeating: "01", count: 32)
    let twos = String(repeating: "02", count: 16)
    let threes = String(repeating: "03", count: 16)
    #expect(
      hexadecimal(started)
        == "43414c4c4f0001\(ones)\(twos)\(threes)5544332211000000626f6f742d314986e9629e13bd79")
    let finished = OnceRecord.bytes(OnceRecord.finished, who, [0x83, 0x77, 2] + bytes("ok"))
    #expect(hexadecimal(finished) == "43414c4c360002\(ones)\(twos)8377026f6bb6271f30279e4f60")
    var chain = OnceChain()
    #expect(hexadecimal(chain.link(started)) == "660719959d38869c")
    #expect(hexadecimal(chain.link(finished)) == "c33c436c0669d751")
    #expect(OnceRecord.read(started, at: 0) == started && OnceRecord.read(finished, at: 0) == finished)
  }
}
