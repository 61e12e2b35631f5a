import Boards
import Disk
import Foundation
import PeerNet
import Sodium
import TestKit
import Testing

@testable import peernetd

/// Whom a flashed board unpaired stands beside its data partition.
@Suite struct RevocationTests {
  private let board: FlashedBoard
  private let anna = PublicKey(1, 2, 3, 4)
  private let bert = PublicKey(5, 6, 7, 8)

  init() throws {
    board = try FlashedBoard()
    try board.board.trust(
      TrustEntry(key: anna, label: Array("anna".utf8)), TrustEntry(key: bert, label: Array("bert".utf8)))
  }

  private func text(_ key: PublicKey) -> String { String(decoding: key.text, as: UTF8.self) }
  private func print(_ key: PublicKey) -> String { String(decoding: key.fingerprint, as: UTF8.self) }
  private func trusted() throws -> [PublicKey] {
    try TrustList.parse(board.folder.read("state/trust") ?? []).entries.map(\.key)
  }

  @Test func unpairingRevokes() async throws {
    let ended = try await board.run("unpair", "anna")
    #expect(ended == .init(exitCode: 0, output: "unpaired anna \(print(anna))\n", errors: ""))
    #expect(try board.revoked() == [anna])
    #expect(try trusted() == [bert])
    // A second time there is nothing to add.
    #expect(try await board.run("pair", text(anna), "anna").exitCode == 0)
    #expect(try await board.run("unpair", "anna").exitCode == 0)
    #expect(try board.revoked() == [anna])
    #expect(try await board.run("unpair", text(bert)).exitCode == 0)
    #expect(try board.revoked() == [anna, bert])
    #expect(try trusted().isEmpty)
  }

  @Test func nobodyIsRevokedByMistake() async throws {
    #expect(try await board.run("unpair", "carl").exitCode == 66)
    #expect(try await board.run("pair", text(PublicKey(9, 9, 9, 9)), "carl").exitCode == 0)
    #expect(try board.revoked().isEmpty)
  }

  @Test func aDiskThatFailsIsToldAndThePeerIsUnpairedAllTheSame() async throws {
    try board.hideDisk()
    let ended = try await board.run("unpair", "anna")
    #expect(ended.exitCode == 74)
    #expect(ended.output.isEmpty)
    #expect(ended.errors.filter { $0 == "\n" }.count == 1)
    #expect(
      ended.errors.hasPrefix(
        "peernetd: unpaired anna \(print(anna)), but the disk did not take it down, so a data partition that is made anew"
      ))
    #expect(ended.errors.hasSuffix("; then unpair it once more: peernetd unpair \(text(anna))\n"))
    #expect(try trusted() == [bert])
    // That helps, once the disk is back.
    #expect(try await board.run("unpair", text(anna)).exitCode == 74)
    try board.showDisk()
    #expect(
      try await board.run("unpair", text(anna))
        == .init(exitCode: 0, output: "revoked \(print(anna)), which was not paired\n", errors: ""))
    #expect(try board.revoked() == [anna])
  }

  @Test func aFullLogIsTold() async throws {
    try board.write(
      [UInt8](repeating: 0xff, count: RevocationLog.byteCount), at: DiskLayout.revocations.offset)
    let ended = try await board.run("unpair", "anna")
    #expect(ended.exitCode == 74)
    #expect(ended.errors.contains("the revocation log is full"))
    #expect(try trusted() == [bert])
  }

  @Test func aTornRecordIsPassedOver() async throws {
    try board.write(
      Array(RevocationLog.record(bert, at: 1)[..<40]), at: DiskLayout.revocations.offset)
    #expect(try await board.run("unpair", "anna").exitCode == 0)
    #expect(try board.revoked() == [anna])
    #expect(try board.read(64, at: DiskLayout.revocations.offset + 64)[8..<40].elementsEqual(anna.bytes))
  }

  @Test func whoIsTakenOutInAnEditorIsRevokedToo() async throws {
    let running = try await board.board.start()
    try board.board.trust(TrustEntry(key: bert, label: Array("bert".utf8)))
    _ = try await running.process.line("trust.revoked peers=1")
    #expect(try board.revoked() == [anna])
    // A list that cannot be read takes nobody out.
    try board.folder.write("state/trust", "peernet-trust 1\nTORN")
    _ = try await running.process.line("trust.kept_last_good")
    #expect(try board.revoked() == [anna])
    _ = try await running.stop()
    // And so is who was taken out while the daemon did not run.
    try board.board.trust()
    let next = try await board.board.start()
    _ = try await next.process.line("trust.revoked peers=1")
    #expect(try board.revoked() == [anna, bert])
    _ = try await next.stop()
  }

  /// A list by hand that was found short at the start may have been cut by a power cut.
  @Test func aListThatMayBeTornRevokesNobody() async throws {
    let first = try await board.board.start()
    _ = try await first.stop()
    try board.folder.write("state/trust", "peernet-trust 1\n\(text(bert)) bert\n")
    let running = try await board.board.start()
    _ = try await running.process.line("trust.loaded peers=1")
    #expect(try await running.stop().exitCode == 0)
    #expect(try board.revoked().isEmpty)
  }

  @Test func aDaemonThatCannotRevokeSaysSo() async throws {
    try board.hideDisk()
    let running = try await board.board.start()
    try board.board.trust(TrustEntry(key: bert, label: Array("bert".utf8)))
    let line = try await running.process.line("<3>trust.not_revoked peers=1")
    #expect(line.contains("No such file or directory"))
    _ = try await running.stop()
  }

  @Test func withoutOurImageUnpairingIsWhatItWas() async throws {
    try board.board.configure()
    #expect(try await board.run("unpair", "anna").exitCode == 0)
    #expect(try board.revoked().isEmpty)
    #expect(try await board.run("unpair", text(anna)).exitCode == 66)
  }
}
