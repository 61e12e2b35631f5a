import Foundation
import Programs
import Synchronization
import TestKit
import Testing

/// One board whose slots are changed, in this order, with every write to its disk recorded; then boards that wake up with
/// what its disk held when the power failed in between.
@Suite(.serialized, .enabled(if: Privileges.areRoot)) struct SlotTests {
  /// The drives of the board, in the order in which it has them.
  enum Drive: String, CaseIterable {
    case good = "/dev/vdb"
    case stuck = "/dev/vdc"
    case damaged = "/dev/vdd"
  }

  static let recording = Task { try await Recording.begin() }

  var recording: Recording { get async throws { try await Self.recording.value } }

  @Test func aGoodSlotIsTriedAndConfirmed() async throws {
    let recording = try await recording
    let board = recording.board
    try await board.info()
    try await recording.note(.goodSlot) {
      try await write(.good, on: board)
      let (first, _) = try await board.reboot()
      #expect(first["image"]["slot"].text == "b")
      let info = try await wait(for: "confirmation", within: .seconds(120)) {
        let info = try await board.info()
        return info["image"]["trial"].isOn ? nil : info
      }
      #expect(info["image"]["slot"].text == "b")
      #expect(info["image"]["version"].text == "good")
      #expect(info["image"]["failed"].text == nil)
    }
  }

  @Test func aSlotWhoseAgentIsNeverReadyIsRolledBack() async throws {
    let recording = try await recording
    let board = recording.board
    try await recording.note(.badSlot) {
      let info = try await tryInVain(.stuck, on: board)
      #expect(info["image"]["reason"].text == "three-boots")
    }
  }

  @Test func aSlotThatDoesNotLoadIsRolledBack() async throws {
    let board = try await recording.board
    let info = try await tryInVain(.damaged, on: board)
    #expect(info["image"]["reason"].text == "three-boots")
  }

  @Test func keysArePairedAndUnpaired() async throws {
    let recording = try await recording
    let shell = recording.board.machine.shell
    try await recording.note(.pairing) {
      try await shell.demand("peernetd pair \(recording.newcomer) newcomer --allow system.info")
    }
    #expect(try await shell.demand("peernetd peers").contains(recording.newcomer))
    try await recording.note(.unpairing) { try await shell.demand("peernetd unpair \(recording.newcomer)") }
    #expect(try await !shell.demand("peernetd peers").contains(recording.newcomer))
    // The last entries must be safe before anything is taken from them.
    try await shell.demand("sync")
    recording.board.machine.cut()
  }

  @Test func thePowerFailsAtAnyMoment() async throws {
    try await recording.replay(
      count: setting("BOARD_CUTS") ?? 3, firstSeed: setting("BOARD_SEED") ?? 1, machines: setting("BOARD_MACHINES") ?? 2
    )
  }

  private func write(_ drive: Drive, on board: Board) async throws {
    try await board.machine.shell.demand("peernetd slot write - <\(drive.rawValue)", within: .seconds(400))
    try await board.machine.shell.demand("peernetd slot try")
  }

  /// Tries a slot that cannot do, and returns what the board tells from the slot that it went back to.
  private func tryInVain(_ drive: Drive, on board: Board) async throws -> JSON {
    let before = try await board.info()
    try await write(drive, on: board)
    let mark = board.machine.qmp.mark
    let command = try await board.laptop.run("reboot", Board.label, "--yes")
    #expect(command.status == 0, "\(command.errors)")
    let info = try await board.info(butNot: before["boot_id"].text, within: .seconds(400))
    #expect(info["image"]["slot"].text == before["image"]["slot"].text)
    #expect(info["image"]["version"].text == before["image"]["version"].text)
    #expect(info["image"]["failed"].text == (before["image"]["slot"].text == "a" ? "b" : "a"))
    // Into the slot three times, and back.
    #expect(board.machine.qmp.events(after: mark).count { $0.name == "RESET" } == 4)
    return info
  }

  private func setting(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}
