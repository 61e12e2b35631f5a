import ETF
import Foundation
import PeerNet
import Sodium
import TestKit
import Testing

/// A BEAM peer that really runs: one node in an Erlang process.
struct ErlangPeer: Sendable {
  struct Options {
    /// Milliseconds between pings; twice that without an answer ends a connection.
    var period = 30_000
    /// A folder with `identity.keys` and `trust.bin`; nil keeps both in memory.
    var folder: String?
    /// UDP port to announce itself at, and to hear others; nil for neither.
    var discoveryPort: UInt16?
    /// Whether it dials trusted peers that it hears of.
    var dials = false
    /// Whom it trusts from the start.
    var trusts: [PublicKey] = []
  }

  let process: ErlangProcess
  let name: Atom
  let key: PublicKey
  let port: UInt16

  var endpoint: Endpoint { Endpoint(ipv4: 0x7f00_0001, port: port) }

  /// Starts a node with a key of its own, in a process of its own unless one is given.
  static func start(
    _ options: Options = Options(), identity: Identity = Identity(), named name: Atom = "peer",
    in process: ErlangProcess? = nil
  ) async throws -> ErlangPeer {
    let process = if let process { process } else { try await ErlangProcess() }
    var pairs = [
      MapPair(.atom("period"), .integer(Int64(options.period))), MapPair(.atom("dials"), .boolean(options.dials)),
      MapPair(.atom("trust"), .list(options.trusts.map(\.term), tail: nil)),
    ]
    if let folder = options.folder {
      pairs.append(MapPair(.atom("folder"), .string(Array(folder.utf8))))
    } else {
      pairs.append(MapPair(.atom("seed"), .binary(identity.privateKey)))
    }
    if let port = options.discoveryPort {
      pairs.append(MapPair(.atom("discovery"), .integer(Int64(port))))
      pairs.append(MapPair(.atom("announce_interval"), .integer(100)))
    }
    let started = try await process.command(name, .tuple([.atom("start"), .map(pairs)]))
    return ErlangPeer(
      process: process, name: name, key: try #require(PublicKey(started[atom: "key"]?.binaryBytes ?? [])),
      port: try #require(UInt16(exactly: started[atom: "port"]?.int64 ?? 0)))
  }

  // MARK: Pairing and dialling

  func trust(_ key: PublicKey) async throws { _ = try await command("trust", key.term, .binary(utf8: "ours")) }
  func unpair(_ key: PublicKey) async throws { _ = try await command("unpair", key.term) }

  /// Dials, and waits for the outcome: nil, or what it failed of.
  func dial(_ key: PublicKey, _ port: UInt16) async throws -> Term? {
    let outcome = try await command("connect", key.term, .integer(Int64(port)))
    return outcome == .atom("ok") ? nil : outcome.elements?.last
  }

  /// Gives the next connection of this peer up for one that it dials itself, as one does that was dialling already.
  func cross(_ key: PublicKey, _ port: UInt16) async throws {
    try accepted(await command("cross", key.term, .integer(Int64(port))))
  }

  /// Whether it has a connection to this peer.
  func isLinked(to key: PublicKey) async throws -> Bool {
    try await counts()[atom: "links"]?.listElements?.contains(key.term) ?? false
  }

  /// Where it heard a peer announce itself.
  func sighting(of key: PublicKey) async throws -> Int64? {
    try await counts()[atom: "sightings"]?.pairs?.first { $0.key == key.term }?.value.int64
  }

  /// How often something has happened, or a handle was used.
  func count(_ what: String) async throws -> Int64 { try await counts()[atom: what]?.int64 ?? 0 }

  private func counts() async throws -> Term { try await process.command(name, .atom("counts")) }

  // MARK: Calls

  func call(_ key: PublicKey, _ handle: Atom, _ arguments: Term = .map([])) async throws -> Reply {
    try reply(await command("call", key.term, .atom(handle), arguments))
  }

  /// Calls `{rpc, Module, Function, Arguments}` of `beam_admin`.
  func rpc(_ key: PublicKey, _ module: Atom, _ function: Atom, _ arguments: [Term] = []) async throws -> Reply {
    try await call(
      key, "beam_admin", .tuple([.atom("rpc"), .atom(module), .atom(function), .list(arguments, tail: nil)]))
  }

  /// Calls at once, each on its own; the answers in the order of the calls.
  func calls(_ key: PublicKey, _ calls: [(Atom, Term)]) async throws -> [Reply] {
    let results = try await command(
      "calls", .list(calls.map { .tuple([.atom("call"), key.term, .atom($0.0), $0.1]) }, tail: nil))
    return try (results.listElements ?? []).map(reply)
  }

  func send(_ key: PublicKey, _ handle: Atom, _ arguments: Term) async throws {
    try accepted(await command("send", key.term, .atom(handle), arguments))
  }

  func cast(_ key: PublicKey, _ module: Atom, _ function: Atom, _ arguments: [Term]) async throws {
    try await send(
      key, "beam_admin", .tuple([.atom("cast"), .atom(module), .atom(function), .list(arguments, tail: nil)]))
  }

  /// Sends any term in an envelope's place.
  func sendEnvelope(_ key: PublicKey, _ term: Term) async throws {
    try accepted(await command("raw", key.term, term))
  }

  /// Calls with an argument that makes the frame's body exactly so large. The answer, if one comes, is dropped.
  func call(_ key: PublicKey, _ handle: Atom, frameOf size: Int64) async throws {
    try accepted(await command("call_with_frame", key.term, .atom(handle), .integer(size)))
  }

  /// Whether the peer's handle gives back the very term that a text stands for, as Erlang compares them.
  func roundTrips(_ key: PublicKey, _ handle: Atom, _ text: String) async throws -> Bool {
    try await command("round_trip", key.term, .atom(handle), .binary(utf8: text)) == .atom("true")
  }

  private func accepted(_ result: Term) throws { try #require(result == .atom("ok")) }

  private func reply(_ result: Term) throws -> Reply {
    let elements = try #require(result.elements)
    return elements[0] == .atom("ok") ? .ok(elements[1]) : .error(elements[1])
  }

  // MARK: What it answers

  /// Exposes a handle to everyone it trusts, or to nobody; behaviours are those of `peernet_handles.erl`.
  func expose(_ handle: Atom, _ behaviour: Term, toNobody: Bool = false) async throws {
    _ = try await command("expose", .atom(handle), behaviour, toNobody ? [] : .atom("all"))
  }

  // MARK: Atoms

  /// Atoms that an application of ours is about to pass on purpose.
  func permit(_ atoms: Atom...) async throws { try await permit(atoms) }

  func permit(_ atoms: [Atom]) async throws {
    _ = try await command("permit", .list(atoms.map { .atom($0) }, tail: nil))
  }

  /// How many envelopes of ours its process has looked at for atoms, and what was wrong with them.
  func atomReport() async throws -> (checked: Int64, violations: [Term]) {
    let report = try await process.command(name, .atom("atoms"))
    return (try #require(report[atom: "checked"]?.int64), try #require(report[atom: "violations"]?.listElements))
  }

  /// Holds everything that came to its process against the atoms that we may send. A link without calls has carried a
  /// ping at least, which may still be on its way.
  func expectNoForeignAtoms(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await eventually { try await atomReport().checked > 0 }
    let violations = try await atomReport().violations
    #expect(violations.isEmpty, "\(violations.map { $0.text() })", sourceLocation: sourceLocation)
  }

  private func command(_ verb: Atom, _ arguments: Term...) async throws -> Term {
    try await process.command(name, .tuple([.atom(verb)] + arguments))
  }
}

extension PublicKey {
  var term: Term { .binary(bytes) }
}

extension Term {
  static func boolean(_ value: Bool) -> Term { .atom(value ? "true" : "false") }

  /// The value under an atom of a map.
  subscript(atom name: String) -> Term? {
    pairs?.first { $0.key.atomBytes?.elementsEqual(name.utf8) ?? false }?.value
  }
}
