import Foundation
import Programs
import TestKit
import Testing

/// The operator's computer: the built `peernet`, in the laptop's namespace, with keys of its own.
final class Laptop: Sendable {
  let home: String
  private let lan: Lan?

  /// Without a network it can still make keys, pair and provision.
  init(folder: String, lan: Lan? = nil) {
    home = folder
    self.lan = lan
  }

  static let binary = ProcessInfo.processInfo.environment["PEERNET_COMMAND"] ?? BuiltProgram.path("peernet")

  /// The same keys and peers, on a network.
  func connected(to lan: Lan) -> Laptop { Laptop(folder: home, lan: lan) }

  /// Runs `peernet` with these arguments; `on` is the only interface that it uses.
  func run(
    _ arguments: String..., on interface: String = Lan.wire, within limit: Duration = .seconds(60)
  ) async throws -> Command {
    try await run(arguments, on: interface, within: limit)
  }

  func run(_ arguments: [String], on interface: String, within limit: Duration) async throws -> Command {
    try await Command.run(
      (lan?.laptop ?? []) + [Self.binary] + arguments,
      environment: ["PEERNET_HOME": home, "PEERNET_INTERFACES": interface], within: limit)
  }

  /// Runs `peernet`, demands that it succeeds and gives what it printed as JSON, a line an object.
  func ask(
    _ arguments: String..., on interface: String = Lan.wire, within limit: Duration = .seconds(60)
  ) async throws -> [JSON] {
    let command = try await run(arguments + ["--json"], on: interface, within: limit)
    guard command.status == 0 else {
      throw Command.Failed(
        description: "peernet \(arguments.joined(separator: " ")) ended with \(command.status): \(command.errors)")
    }
    return try command.output.split(separator: "\n").map { try JSON(String($0)) }
  }

  /// The laptop's key, made when there is none yet.
  func key() async throws -> String { try #require(try await ask("id").first?["key"].text) }
}

extension Laptop {
  /// Runs `peernet` and demands that it succeeds.
  func make(_ arguments: String...) async throws {
    let command = try await run(arguments, on: Lan.wire, within: .seconds(120))
    guard command.status == 0 else {
      throw Command.Failed(description: "peernet \(arguments.joined(separator: " ")) failed: \(command.errors)")
    }
  }
}
