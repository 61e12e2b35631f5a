import Noise
import Sodium
import Testing

@testable import PeerNet

/// Whatever comes to the port of probes: only the peer's own words, once each, are anything.
@Suite struct ProbeChannelTests {
  /// One end of a connection.
  private final class End {
    private var channel: ProbeChannel

    init(_ keys: consuming DerivedKeys, _ hash: [UInt8]) {
      channel = ProbeChannel(keys: keys, handshakeHash: hash, port: 1)
    }

    func seal(_ message: ProbeChannel.Message) -> [UInt8] { channel.seal(message) }
    func open(_ datagram: [UInt8]) -> ProbeChannel.Message? { channel.open(datagram) }
    func mayEcho(now: Instant) -> Bool { channel.mayEcho(now: now) }
  }

  private static func pair(_ id: UInt8 = 9) -> (End, End) {
    func key(_ byte: UInt8) -> SecretKey { SecretKey([UInt8](repeating: byte, count: 32))! }
    let hash = [UInt8](repeating: id, count: 32)
    return (
      End(DerivedKeys(sender: key(1), receiver: key(2)), hash), End(DerivedKeys(sender: key(2), receiver: key(1)), hash)
    )
  }
  private static let challenge = ProbeChannel.Message(kind: .challenge, number: 5, received: 6)

  @Test func aDatagramIsForOneReaderOnce() {
    let (here, there) = Self.pair()
    let datagram = here.seal(Self.challenge)
    #expect(datagram.count == 49 && ProbeChannel.session(of: datagram) == 0x0909_0909_0909_0909)
    #expect(here.open(datagram) == nil, "reflected")
    #expect(there.open(datagram) == Self.challenge)
    #expect(there.open(datagram) == nil, "replayed")
  }

  @Test func everyByteCounts() {
    let (here, there) = Self.pair()
    let datagram = here.seal(Self.challenge)
    for index in datagram.indices {
      var forged = datagram
      forged[index] ^= 1
      #expect(there.open(forged) == nil, "byte \(index)")
    }
    for count in 0..<datagram.count { #expect(there.open(Array(datagram.prefix(count))) == nil) }
    #expect(there.open(datagram + [0]) == nil)
    // None of these has spoilt the real one.
    #expect(there.open(datagram) == Self.challenge)
  }

  @Test func anotherSessionsIsNone() {
    let (here, _) = Self.pair(1)
    let (_, there) = Self.pair(2)
    #expect(there.open(here.seal(Self.challenge)) == nil)
  }

  @Test func orderMayChangeWithinTheWindow() {
    let (here, there) = Self.pair()
    let datagrams = (0..<100).map { _ in here.seal(Self.challenge) }
    #expect(there.open(datagrams[99]) != nil)
    for index in 0..<100 { #expect((there.open(datagrams[index]) != nil) == (36..<99).contains(index), "\(index)") }
    for index in 0..<100 { #expect(there.open(datagrams[index]) == nil) }
  }

  @Test func aHighCounterThatDoesNotOpenShutsNobodyOut() {
    let (here, there) = Self.pair()
    var forged = here.seal(Self.challenge)
    for index in 8..<16 { forged[index] = 0xff }
    #expect(there.open(forged) == nil)
    forged[15] = 0xfe
    #expect(there.open(forged) == nil)
    #expect(there.open(here.seal(Self.challenge)) == Self.challenge)
  }

  @Test func echoesAreFew() {
    let (here, _) = Self.pair()
    let start = Instant(nanoseconds: 1_000_000_000)
    #expect((0..<100).count { _ in here.mayEcho(now: start) } == 20)
    #expect((1...100).count { here.mayEcho(now: start + .milliseconds(100 * $0)) } == 100)
  }
}
