import Foundation
import Programs
import TestKit

/// The emulated board of `bench/machine`, running.
final class Machine: Sendable {
  let qmp: QMP
  let wires: QTest
  let shell: BenchShell
  /// When the emulator was started.
  let started: ContinuousClock.Instant
  private let process: Child
  private let serial: String

  /// Boots `disk`, a raw image that is written to. Sockets and logs go to `folder`; `drives` are further disks, only to be
  /// read; every write to the disk is recorded in `record`, in the order in which the disk was done with it.
  init(disk: String, lan: Lan, folder: String, drives: [String] = [], record: String? = nil) async throws {
    serial = folder + "/serial.log"
    // What an earlier machine left must not be taken for this one's.
    for name in ["qmp", "qtest", "bench", "serial.log"] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    started = .now
    process = try Command.start(
      [Repository.bench("machine"), lan.name, folder, disk]
        + (record.map { ["--record", $0] } ?? []) + drives.flatMap { ["--drive", $0] },
      log: folder + "/emulator.log")
    do {
      qmp = try await QMP(path: folder + "/qmp")
      wires = try await QTest(path: folder + "/qtest", device: try await qmp.path(ofType: "pl061"))
      shell = try await BenchShell(path: folder + "/bench")
    } catch {
      let said = (try? String(contentsOfFile: folder + "/emulator.log", encoding: .utf8)) ?? ""
      throw Command.Failed(description: "the emulator did not start: \(error)\n\(said)")
    }
  }

  /// What the board wrote to its serial console so far.
  var console: String {
    String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: serial))) ?? Data(), as: UTF8.self)
  }

  /// Pulls the plug.
  func cut() {
    process.kill()
    _ = process.wait()
  }
}
