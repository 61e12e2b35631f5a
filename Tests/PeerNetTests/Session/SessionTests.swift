import ETF
import Sodium
import Testing

@testable import Noise
@testable import PeerNet

@Suite struct SessionTests {
  /// A frame's length alone decides; of an oversized one nothing is kept.
  @Test(arguments: [(Wire.one, 1_048_576), (.two, 65_535)]) func frameBounds(wire: Wire, bound: Int) throws {
    for (length, refused) in [(bound, false), (bound + 1, true), (Int(UInt32.max), true)] {
      let (_, responder) = try established(wire)
      let header = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      if refused {
        #expect(throws: SessionError.oversizedFrame) { _ = try responder.receive(header) }
      } else {
        #expect(try responder.receive(header) == nil)
      }
    }
  }

  @Test func beforeTrustTheBoundIsAKilobyte() throws {
    for (length, refused) in [(1_024, false), (1_025, true)] {
      let responder = SessionFixture(.responder, identity: keyPair(2))
      let header: [UInt8] = [0, 0, UInt8(length >> 8), UInt8(length & 255)]
      if refused {
        #expect(throws: SessionError.oversizedFrame) { _ = try responder.receive(header) }
      } else {
        #expect(try responder.receive(header) == nil)
      }
    }
  }

  @Test(arguments: [Wire.one, .two]) func anEmptyFrameIsRefused(wire: Wire) throws {
    let (_, responder) = try established(wire)
    #expect(throws: SessionError.peerSentForgedMessage) { _ = try responder.receive([0, 0, 0, 0]) }
    let fresh = SessionFixture(.responder, identity: keyPair(2))
    #expect(throws: SessionError.unknownWire) { _ = try fresh.receive([0, 0, 0, 0]) }
  }

  /// A ping said after a large envelope arrives before its end on PeerNet/2.
  @Test func controlStandsBetweenChunks() throws {
    let (initiator, responder) = try established(.two)
    let large = Term.binary([UInt8](repeating: 5, count: 1_000_000))
    #expect(try initiator.session.send(.call(id: 1, name: "echo", arguments: large)))
    #expect(try initiator.session.send(.ping(nonce: [1])))
    var arrived: [Envelope] = []
    while true {
      let bytes = try initiator.output()
      if bytes.isEmpty { break }
      arrived += try responder.envelopes(bytes)
    }
    #expect(arrived == [.ping(nonce: [1]), .call(id: 1, name: "echo", arguments: large)])
    #expect(initiator.session.queuedBytes == 0)
  }

  @Test(arguments: [Wire.one, .two]) func theLargestEnvelope(wire: Wire) throws {
    let bare = Envelope.send(name: "n", arguments: .binary([])).encoded(options: .init(atoms: .latin1)).count
    for (excess, fits) in [(0, true), (1, false)] {
      let (initiator, responder) = try established(wire)
      let binary = [UInt8](repeating: 5, count: 1_048_560 - bare + excess)
      #expect(try initiator.session.send(.send(name: "n", arguments: .binary(binary))) == fits)
      var arrived: [Envelope] = []
      while case let bytes = try initiator.output(), !bytes.isEmpty { arrived += try responder.envelopes(bytes) }
      #expect(arrived.count == (fits ? 1 : 0))
    }
  }

  /// Well-sealed chunks that an honest peer never sends.
  @Test func hostileChunks() throws {
    let call = Envelope.call(id: 1, name: "a", arguments: 1).encoded()
    let ping = Envelope.ping(nonce: []).encoded()
    let hostile: [[[UInt8]]] = [
      [[]], [[0]], [[1]], [[2]], [[3] + ping], [[1], [0]], [[2] + call], [[1, 131], [0]],
      [[1] + call, [0] + call], [[0] + ping + [0]],
      Array(repeating: [1] + [UInt8](repeating: 0, count: 60_000), count: 18),
    ]
    for chunks in hostile {
      let key = [UInt8](repeating: 9, count: 32)
      var sender = CipherState(key: SecretKey(key)!, counter: 0)
      var receiver = CipherState(key: SecretKey(key)!, counter: 0)
      var inbox = Inbox(wire: .two)
      #expect(throws: SessionError.peerSentBadEnvelope) {
        for chunk in chunks {
          var buffer = chunk
          try sender.seal(&buffer, from: 0)
          let plaintext = try receiver.open(&buffer, range: 0..<buffer.count)
          #expect(try inbox.receive(buffer, plaintext) == nil)
        }
      }
    }
  }

  @Test func hellos() throws {
    let good = Hello(instance: [UInt8](repeating: 1, count: 16), features: [[2], [1]])
    #expect(good.features == [[1], [2]])
    #expect(try Hello(decoding: good.encoded()) == good)
    func map(_ pairs: [(String, Term)]) -> [UInt8] {
      Term.map(pairs.map { MapPair(.binary(utf8: $0.0), $0.1) }).encoded()
    }
    let instance = Term.binary(good.instance)
    let extra = map([("version", 2), ("instance", instance), ("features", .list([])), ("more", 1)])
    #expect(try Hello(decoding: extra).features.isEmpty)
    let wrong: [[UInt8]] = [
      [], [131], Term.integer(1).encoded(), map([]),
      map([("version", 1), ("instance", instance), ("features", .list([]))]),
      map([("version", 2), ("instance", .binary([1])), ("features", .list([]))]),
      map([("version", 2), ("instance", instance), ("features", 1)]),
      map([("version", 2), ("instance", instance), ("features", .list([.atom("a")]))]),
      map([("version", 2), ("instance", instance), ("features", .list(Array(repeating: .binary([]), count: 33)))]),
      map([("version", 2), ("instance", instance), ("features", .list([.binary([UInt8](repeating: 0, count: 900))]))]),
    ]
    for bytes in wrong {
      #expect(throws: SessionError.peerSentBadHello) { _ = try Hello(decoding: bytes) }
    }
  }

  /// A peer that pings and does not read costs a bounded number of pongs.
  @Test func pongsForOneThatDoesNotReadAreBounded() throws {
    let (initiator, _) = try established(.two)
    #expect(try initiator.session.send(.ping(nonce: [])))
    _ = initiator.session.takeOutput()  // and never drained
    for _ in 0..<256 { #expect(try initiator.session.send(.pong(nonce: [1]))) }
    #expect(!initiator.session.isStalled)
    #expect(try initiator.session.send(.pong(nonce: [1])))
    #expect(initiator.session.isStalled)
  }

  /// What was answered before a close goes out, and `bye` behind it.
  @Test func theLastOutputHoldsWhatWaited() throws {
    let (initiator, responder) = try established(.two)
    #expect(try responder.session.send(.reply(id: 1, .ok(1))))
    let first = try #require(responder.session.takeOutput())
    #expect(try responder.session.send(.reply(id: 2, .ok(2))))
    let last = try #require(responder.session.takeLastOutput(saying: .stopping))
    #expect(
      try initiator.envelopes(first + last) == [.reply(id: 1, .ok(1)), .reply(id: 2, .ok(2)), .bye(.stopping)])
  }
}
