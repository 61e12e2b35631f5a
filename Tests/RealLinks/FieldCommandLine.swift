import Foundation
import PeerNet
import Programs
import Sodium
import TestKit

/// The built `peernet` on the laptop of a flaky network, with keys of its own.
public final class FieldCommandLine: Sendable {
  private let home: TemporaryFolder
  private let words: [String]
  /// Of the key that it has from the start.
  public let key: PublicKey

  public init(on lan: FlakyLan) async throws {
    words = lan.laptop.words + [BuiltProgram.path("peernet")]
    home = try TemporaryFolder()
    let shown = try await Self.run(words + ["id"], home, .seconds(60)).output
    guard let text = shown.split(separator: "\n").first?.split(separator: " ").last,
      let key = PublicKey(text: Array(text.utf8))
    else { throw Command.Failed(description: "peernet id said: \(shown)") }
    self.key = key
  }

  /// Runs it with these arguments; it is killed when it takes longer than `limit`.
  public func run(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> Command {
    try await Self.run(words + arguments, home, limit)
  }

  private static func run(_ words: [String], _ home: TemporaryFolder, _ limit: Duration) async throws -> Command {
    try await Command.run(
      words, environment: ["PEERNET_HOME": home.path, "PEERNET_INTERFACES": TapDevice.name], within: limit)
  }
}
