import ETF
import Sodium
import Testing
import Vectors

@testable import PeerNet

@Suite struct EnvelopeTests {
  private func read(_ bytes: [UInt8], _ wire: Wire) -> Envelope? {
    do { return try Envelope(decoding: bytes.span, wire: wire) } catch { return nil }
  }

  /// Envelopes and the terms that they are on the wire.
  private static let known: [(Envelope, Term)] = [
    (.call(id: 1, name: "a.b", arguments: .map([])), .tuple([.atom("call"), 1, .atom("a.b"), .map([])])),
    (
      .call(id: .max, name: "é", arguments: .tuple([1])),
      .tuple([.atom("call"), .unsigned(.max), .atom("é"), .tuple([1])])
    ),
    (.reply(id: 300, .ok(.atom("ok"))), .tuple([.atom("reply"), 300, .tuple([.atom("ok"), .atom("ok")])])),
    (
      .reply(id: 1 << 40, .error([1, 2])),
      .tuple([.atom("reply"), 1_099_511_627_776, .tuple([.atom("error"), [1, 2]])])
    ),
    (.send(name: "n", arguments: .float(1.5)), .tuple([.atom("send"), .atom("n"), .float(1.5)])),
    (.ping(nonce: [1, 2]), .tuple([.atom("ping"), .binary([1, 2])])),
    (.pong(nonce: []), .tuple([.atom("pong"), .binary([])])),
    (.bye(.busy), .tuple([.atom("bye"), .binary(utf8: "busy")])),
  ]

  @Test func envelopesAreTaggedTuples() {
    for (envelope, term) in Self.known {
      #expect(envelope.encoded() == term.encoded())
      #expect(envelope.encoded(options: .init(atoms: .latin1)) == term.encoded(options: .init(atoms: .latin1)))
      #expect(read(term.encoded(), .two) == envelope)
      #expect(read(term.encoded(options: .init(atoms: .latin1)), .two) == envelope)
      #expect(read(term.encoded(), .one) == (envelope == .bye(.busy) ? nil : envelope))
      #expect(read(term.encoded() + [0], .two) == nil)
      #expect(read(term.encoded().dropLast(), .two) == nil)
      #expect(envelope.encodedByteCountEstimate >= envelope.encoded().count)
    }
    #expect(read(Term.tuple([.atom("bye"), .binary([9])]).encoded(), .two) == .bye(.unknown))
  }

  /// Every encoding that is legal, though nobody writes it.
  @Test func unusualEncodings() {
    let ping: [UInt8] = [109, 0, 0, 0, 1, 7]
    let tuples: [[UInt8]] = [[131, 104, 2], [131, 105, 0, 0, 0, 2]]
    let atoms: [[UInt8]] = [[100, 0, 4], [115, 4], [118, 0, 4], [119, 4]]
    for tuple in tuples {
      for atom in atoms {
        #expect(read(tuple + atom + Array("ping".utf8) + ping, .one) == .ping(nonce: [7]))
      }
    }
    let ids: [[UInt8]] = [
      [97, 5], [98, 0, 0, 0, 5], [110, 1, 0, 5], [110, 3, 0, 5, 0, 0], [111, 0, 0, 0, 1, 0, 5],
    ]
    for id in ids {
      let bytes = [131, 104, 3, 119, 5] + Array("reply".utf8) + id + [105, 0, 0, 0, 2, 100, 0, 2, 111, 107, 106]
      #expect(read(bytes, .one) == .reply(id: 5, .ok([])))
    }
  }

  @Test func otherShapes() {
    let wrong: [Term] = [
      .tuple([]), 1, .tuple([.atom("call"), .integer(0), .atom("a"), 1]), .tuple([.atom("call"), 1, .binary([1]), 1]),
      .tuple([.atom("call"), .integer(-1), .atom("a"), 1]), .tuple([.atom("reply"), 0, .tuple([.atom("ok"), 1])]),
      .tuple([.atom("reply"), 1, .tuple([.atom("nok"), 1])]), .tuple([.atom("reply"), 1, .atom("ok")]),
      .tuple([.atom("reply"), 1, .tuple([.atom("ok"), 1, 1])]), .tuple([.atom("reply"), 1, .tuple([.atom("ok")])]),
      .tuple([.atom("send"), .binary([]), 1]), .tuple([.atom("ping"), 1]), .tuple([.atom("pong"), .atom("a")]),
      .tuple([.atom("ping"), .binary([UInt8](repeating: 0, count: 1_025))]), .tuple([.atom("bye"), .atom("busy")]),
      .tuple([.atom("call"), 1, .atom("a")]), .tuple([.binary(utf8: "ping"), .binary([])]),
      .tuple([.atom("é"), .binary([])]), .tuple([.atom("pin"), .binary([])]), .tuple([.atom("pings"), .binary([])]),
    ]
    for term in wrong {
      #expect(read(term.encoded(), .one) == nil, "\(term)")
      #expect(read(term.encoded(), .two) == nil, "\(term)")
    }
  }

  /// What is read from the bytes is what is read from the term that they hold, whatever was changed in them.
  @Test func changedBytesReadAsTheirTerm() {
    var random = RandomStream(seed: [UInt8](repeating: 3, count: 32))
    var taken = 0
    for (envelope, _) in Self.known {
      let bytes = envelope.encoded()
      for _ in 0..<4_000 {
        var changed = bytes
        for _ in 0...random.below(2) {
          changed[Int(random.below(UInt64(changed.count)))] = UInt8(truncatingIfNeeded: random.next())
        }
        let canonical = (try? Term.decode(changed))?.encoded()
        for wire in [Wire.one, .two] {
          let found = read(changed, wire)
          #expect(found == canonical.flatMap { read($0, wire) })
          guard let found else { continue }
          taken += 1
          if found != .bye(.unknown) { #expect(found.encoded() == canonical) }
        }
      }
    }
    #expect(taken > 1_000)
  }
}
