import ETF
import PeerNet
import PeerNetClient
import TestKit
import Testing

/// Terms on their way between an application of ours and Erlang, which has the last word on what is equal.
@Suite struct PhoneTermTests {
  @Test func everyTypeComesBackAsItWas() async throws {
    try await withPhone { phone, peer in
      await phone.expose("echo") { $0 }
      for example in TermExample.all {
        try await peer.permit(example.term.atoms)
        let isSame = try await peer.roundTrips(phone.key, "echo", example.text)
        #expect(isSame, "\(example.text.prefix(80))")
      }
      #expect(phone.closings.isEmpty)
    }
  }

  @Test func everyTypeIsBuiltAsErlangBuildsIt() async throws {
    try await withPhone { phone, peer in
      try await peer.expose("judge", .atom("judge"))
      for example in TermExample.all {
        try await peer.permit(example.term.atoms)
        let verdict = try await phone.call(peer, "judge", .tuple([.binary(utf8: example.text), example.term]))
        #expect(verdict == .atom("true"), "\(example.text.prefix(80))")
      }
      // The judge does tell one from another.
      #expect(try await phone.call(peer, "judge", .tuple([binary("1.0"), 1])) == .atom("false"))
      #expect(phone.closings.isEmpty)
    }
  }

  @Test func theLargestEnvelopeThatWeSend() async throws {
    try await withPhone { phone, peer in
      try await peer.expose("size", .atom("size"))
      // Version, tuple, `call`, a small id, `size` and a binary's head take 22 bytes of what one frame carries.
      let largest = 1_048_576 - 16 - 22
      func call(_ size: Int) async throws -> Term {
        try await phone.call(peer, "size", .binary([UInt8](repeating: 0, count: size)))
      }
      #expect(try await call(largest) == .integer(Int64(largest)))
      await #expect(throws: PeerNetError.tooLarge) { try await call(largest + 1) }
      #expect(try await call(0) == 0)
      #expect(phone.closings.isEmpty)
    }
  }

  @Test(arguments: Dialler.allCases) func theLargestFrameThatWeTake(_ dialler: Dialler) async throws {
    try await withPhone(dialledBy: dialler) { phone, peer in
      await phone.expose("echo") { $0 }
      try await peer.call(phone.key, "echo", frameOf: 1_048_576)
      try await eventually { try await peer.count("unknown_replies") == 1 }
      #expect(phone.closings.isEmpty)

      try await peer.call(phone.key, "echo", frameOf: 1_048_577)
      try await eventually { phone.closings == [.session(.oversizedFrame)] }
      if dialler == .theirs {
        try await eventually { try await !peer.isLinked(to: phone.key) }
        #expect(try await peer.dial(phone.key, phone.port) == nil)
      }
      try await eventually { await phone.isConnected(to: peer.key) }
      #expect(try await peer.call(phone.key, "echo", 1) == .ok(1))
    }
  }

  /// The check on atoms that ends every test here does find what it looks for.
  @Test func aForeignAtomIsSeen() async throws {
    let identity = Identity()
    let phone = try await Phone.start(trusting: [identity.key])
    var options = ErlangPeer.Options()
    options.trusts = [phone.key]
    let peer = try await ErlangPeer.start(options, identity: identity)
    try await meet(phone, peer, dialledBy: .theirs)
    try await peer.expose("echo", .atom("echo"))
    let known = Term.list([.atom("nil"), .atom("undefined")])
    #expect(try await phone.call(peer, "echo", known) == known)
    #expect(try await peer.atomReport().violations.isEmpty)

    // Erlang knows this one, and takes it; we may not send it all the same.
    let deep = Term.improperList(
      [
        .map([
          MapPair(binary("key"), .tuple([.bitstring(Bitstring(bytes: [0x80], bitsInLastByte: 1)!), .atom("lists")]))
        ])
      ],
      tail: 1)
    #expect(try await phone.call(peer, "echo", deep) == deep)
    #expect(try await peer.atomReport().violations == [binary("lists")])

    // And one that it has never heard of ends the connection.
    await #expect(throws: PeerNetError.self) { try await phone.call(peer, "echo", .atom("nobody knows this one")) }
    let violations = try await peer.atomReport().violations
    #expect(violations.count == 2 && violations.contains(binary("nobody knows this one")))
    await phone.stop()
  }
}
