import Foundation
import Programs
import TestKit

/// A flashed board on a network with its operator's laptop.
final class Board: Sendable {
  /// What the laptop calls it.
  static let label = "g-07"

  let lan: Lan
  let machine: Machine
  let laptop: Laptop
  let folder: String
  /// The image that it runs from.
  var disk: String { folder + "/disk.img" }

  /// Boots a copy of `image`, of which `laptop` is trusted, on networks of its own; `change` does something to the copy first.
  static func boot(
    _ image: String, laptop: Laptop, drives: [String] = [], recordsWrites: Bool = false,
    changing change: (_ disk: String) throws -> Void = { _ in }
  ) async throws -> Board {
    let folder = try temporaryFolder()
    try await Command.demand(["cp", "--sparse=always", image, folder + "/disk.img"])
    try change(folder + "/disk.img")
    return try await boot(
      in: folder, on: Lan(folder: folder), laptop: laptop, drives: drives, recordsWrites: recordsWrites)
  }

  private static func boot(
    in folder: String, on lan: Lan, laptop: Laptop, drives: [String], recordsWrites: Bool
  ) async throws -> Board {
    let machine = try await Machine(
      disk: folder + "/disk.img", lan: lan, folder: folder, drives: drives,
      record: recordsWrites ? folder + "/writes" : nil)
    return Board(lan: lan, machine: machine, laptop: laptop.connected(to: lan), folder: folder)
  }

  private init(lan: Lan, machine: Machine, laptop: Laptop, folder: String) {
    (self.lan, self.machine, self.laptop, self.folder) = (lan, machine, laptop, folder)
  }

  /// A folder that is gone after the tests, with a path short enough for sockets.
  static func temporaryFolder() throws -> String {
    let folder = NSTemporaryDirectory() + "board-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    Leftovers.shared.add(folder: folder)
    return folder
  }

  /// Pulls the plug, does something to the disk, and boots the machine again on the same networks.
  func unplug(andChange change: (_ disk: String) throws -> Void) async throws -> Board {
    machine.cut()
    try change(disk)
    return try await Self.boot(in: folder, on: lan, laptop: laptop, drives: [], recordsWrites: false)
  }

  /// Pulls the plug for good.
  func close() async throws {
    machine.cut()
    await lan.close()
    try FileManager.default.removeItem(atPath: folder)
  }

  // MARK: Asking it

  /// Its key, as the laptop knows it.
  func key() async throws -> String {
    let peers = try await laptop.ask("peers")
    guard let key = peers.first(where: { $0["label"].text == Self.label })?["key"].text else {
      throw Command.Failed(description: "the laptop knows no \(Self.label)")
    }
    return key
  }

  /// What it tells of itself, as soon as it answers at all.
  @discardableResult
  func info(on interface: String = Lan.wire, within limit: Duration = .seconds(180)) async throws -> JSON {
    var last = ""
    do {
      return try await wait(for: "answer of the board", within: limit, every: .milliseconds(50)) {
        let command = try await laptop.run("info", Self.label, "--json", "--timeout", "3", on: interface)
        last = command.errors
        return command.status == 0 ? try JSON(command.output) : nil
      }
    } catch let error as TooLate {
      throw TooLate(
        description: "\(error); the laptop says: \(last)\nthe console's end:\n\(machine.console.suffix(2_000))")
    }
  }

  /// Pulls its cable, asks what `work` asks, and plugs the cable in again.
  func withoutCable<Result>(
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async throws -> Result {
    try await machine.qmp.setLink("wire", up: false)
    let result = await Swift.Result { () async throws -> Result in try await work() }
    try await machine.qmp.setLink("wire", up: true)
    return try result.get()
  }

  /// Has another router at the other end of its cable while `work` is done, and the laptop at no other network.
  func withRouter(
    _ router: Lan.Router, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Void
  ) async throws {
    func replace(_ router: Lan.Router) async throws {
      try await withoutCable {
        try lan.replaceRouter(by: router)
        // As long as a switch takes to notice.
        try await Task.sleep(for: .seconds(2))
      }
    }
    try await replace(router)
    let result = await Swift.Result { () async throws in try await lan.withoutAir { try await work() } }
    try await replace(.first)
    try await wait(for: "the first router's lease", within: .seconds(120)) {
      try await machine.shell.demand("ip -4 -o addr show dev eth0").contains("inet 192.168.88.") ? () : nil
    }
    try await info()
    try result.get()
  }

  /// Has it reboot by order of the laptop; returns what it tells afterwards, and when it was reset.
  @discardableResult
  func reboot() async throws -> (info: JSON, reset: QMP.Event) {
    let mark = machine.qmp.mark
    let before = try await info()["boot_id"].text
    let command = try await laptop.run("reboot", Self.label, "--yes")
    guard command.status == 0 else { throw Command.Failed(description: command.errors) }
    let reset = try await machine.qmp.event("RESET", after: mark, within: .seconds(90))
    return (try await info(butNot: before), reset)
  }

  /// What it tells once it runs in another boot than the one given.
  func info(butNot boot: String?, within limit: Duration = .seconds(180)) async throws -> JSON {
    try await wait(for: "next boot", within: limit) {
      let info = try await info(within: limit)
      return info["boot_id"].text == boot ? nil : info
    }
  }
}

extension Result where Failure == any Error {
  /// What `work` returns or throws.
  init(
    isolation: isolated (any Actor)? = #isolation, catching work: () async throws -> Success
  ) async {
    do { self = .success(try await work()) } catch { self = .failure(error) }
  }
}

extension ContinuousClock.Instant {
  /// Seconds since another instant, for people.
  func seconds(since other: Self) -> String {
    let (seconds, parts) = (self - other).components
    return "\(seconds).\(parts / 100_000_000_000_000_000) s"
  }
}
