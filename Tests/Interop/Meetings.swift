import Boards
import ETF
import Foundation
import PeerNet
import Sodium
import TestKit
import Testing

/// Whether the tests that take half a minute run, too.
let isLong = ProcessInfo.processInfo.environment["INTEROP_LONG"] == "1"

/// Which side dials.
enum Dialler: String, CaseIterable, Sendable { case ours, theirs }

/// Connects a phone and an Erlang peer, and lets the test run. Nothing of ours may have held a foreign atom.
func withPhone(
  dialledBy dialler: Dialler = .theirs, phone phoneOptions: Phone.Options = Phone.Options(),
  grants: Grants = .everything, peer peerOptions: ErlangPeer.Options = ErlangPeer.Options(),
  _ test: (Phone, ErlangPeer) async throws -> Void
) async throws {
  let identity = Identity()
  let phone = try await Phone.start(trusting: [identity.key], grants: grants, options: phoneOptions)
  var options = peerOptions
  options.trusts.append(phone.key)
  let peer = try await ErlangPeer.start(options, identity: identity)
  try await meet(phone, peer, dialledBy: dialler)
  try await test(phone, peer)
  try await peer.expectNoForeignAtoms()
  await phone.stop()
}

func meet(_ phone: Phone, _ peer: ErlangPeer, dialledBy dialler: Dialler) async throws {
  switch dialler {
  case .ours: try await phone.connect(to: peer)
  case .theirs: #expect(try await peer.dial(phone.key, phone.port) == nil)
  }
  try await eventually { await phone.isConnected(to: peer.key) }
  try await eventually { try await peer.isLinked(to: phone.key) }
}

/// Connects a board's process and an Erlang peer, and lets the test run. Nothing of ours may have held a foreign atom.
///
/// - Parameters:
///   - node: further lines of the section `node` of the board's configuration.
///   - profile: of a board that is not simulated.
func withBoard(
  _ grants: String, dialledBy dialler: Dialler = .theirs, node: String = "", profile: String? = nil,
  peer peerOptions: ErlangPeer.Options = ErlangPeer.Options(),
  _ test: (RunningBoard, ErlangPeer) async throws -> Void
) async throws {
  let board = try TestBoard()
  if let profile { try board.folder.write("board.conf", profile) }
  try board.configure(
    node: "announce = no\nsolicit = no\ndial = \(dialler == .ours ? "yes" : "no")\n\(node)",
    board: profile == nil ? "board = sim" : "board = linux\nprofile = \(board.folder.path("board.conf"))")
  let identity = Identity()
  try board.trust(try trustEntry(identity.key, grants))
  let running = try await board.start()
  var options = peerOptions
  options.trusts.append(board.key)
  // A board dials whom it hears.
  if dialler == .ours { options.discoveryPort = board.discoveryPort }
  let peer = try await ErlangPeer.start(options, identity: identity)
  if dialler == .theirs { #expect(try await peer.dial(board.key, running.port) == nil) }
  try await eventually { try await peer.isLinked(to: board.key) }
  _ = try await running.process.line("peer.connected", within: .seconds(30))
  try await test(running, peer)
  try await peer.expectNoForeignAtoms()
  let ended = try await running.stop()
  #expect(ended.exitCode == 0, "\(ended.errors)")
}

/// An Erlang peer's line in a trust list.
func trustEntry(_ key: PublicKey, _ grants: String) throws -> TrustEntry {
  TrustEntry(
    key: key, label: Array("erlang".utf8),
    grants: grants.isEmpty ? .none : try #require(Grants(text: Array(grants.utf8))))
}

extension RunningBoard {
  /// How many lines of the log hold this.
  func count(_ fragment: String) -> Int {
    process.errorText.split(separator: "\n").count { $0.contains(fragment) }
  }
}

func binary(_ text: String) -> Term { .binary(utf8: text) }

/// A map with binary keys.
func named(_ pairs: KeyValuePairs<String, Term>) -> Term { .map(pairs.map { MapPair(binary($0.key), $0.value) }) }

extension Reply {
  var value: Term? {
    if case .ok(let value) = self { value } else { nil }
  }

  /// What a refusal that is text begins with: `busy` of `busy: too many calls at once`.
  var code: String? {
    guard case .error(let reason) = self, let bytes = reason.binaryBytes else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: ":").first.map(String.init)
  }
}
