import Foundation
import PeerNet
import Sodium
import Synchronization
import TestKit
import Testing

/// A home folder of its own, and the built binary run in it.
final class Laptop: Sendable {
  struct Outcome: Sendable {
    let status: Int32
    let output: String
    let talk: String

    var json: [[String: Any]] {
      get throws {
        try output.split(separator: "\n").map { line in
          try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
      }
    }
  }

  let home: String
  /// Its own, so that tests neither hear each other nor use up each other's answers.
  let discoveryPort: UInt16
  private static let laptops = Atomic<Int>(Int(getpid()) * 64)

  static let binary = BuiltProgram.path("peernet")

  init() throws {
    let number = Self.laptops.wrappingAdd(1, ordering: .relaxed).oldValue
    discoveryPort = UInt16(10_000 + number % 20_000)
    home = NSTemporaryDirectory() + "/peernet-\(UUID().uuidString)"
  }

  deinit { try? FileManager.default.removeItem(atPath: home) }

  func file(_ name: String) -> String { home + "/" + name }

  /// What `peernet id` made and shows.
  func key() async throws -> PublicKey {
    let text = try #require(try await run("id", "--json").json.first?["key"] as? String)
    return try #require(PublicKey(text: Array(text.utf8)))
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await execute(Self.binary, arguments, environment)
  }

  func run(_ arguments: [String]) async throws -> Outcome { try await execute(Self.binary, arguments, [:]) }

  /// Runs the binary as `"$@"` of a shell script.
  func shell(_ script: String, _ arguments: String...) async throws -> Outcome {
    try await execute("/bin/sh", ["-c", script, Self.binary, Self.binary] + arguments, [:])
  }

  private func execute(_ path: String, _ arguments: [String], _ environment: [String: String]) async throws -> Outcome {
    let defaults = [
      "PEERNET_HOME": home, "PEERNET_INTERFACES": "lo", "PEERNET_DISCOVERY_PORT": "\(discoveryPort)",
      "PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ]
    return try await withCheckedThrowingContinuation { continuation in
      // Blocking calls stay off the threads that tests share.
      Thread.detachNewThread {
        continuation.resume(
          with: Result { try Self.wait(path, arguments, defaults.merging(environment) { $1 }) })
      }
    }
  }

  private static func wait(_ path: String, _ arguments: [String], _ environment: [String: String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = environment
    let (output, talk) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = talk
    try process.run()
    // A gigabyte is flashed and read back in half a minute on a busy computer. Cancelled or not, the timer is kept until its
    // time, and must not keep the process with it.
    let killer = DispatchWorkItem { [weak process] in process?.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: killer)
    // What the commands say fits a pipe, so one may be read after the other.
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let said = talk.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    killer.cancel()
    try output.fileHandleForReading.close()
    try talk.fileHandleForReading.close()
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: data, as: UTF8.self), talk: String(decoding: said, as: UTF8.self))
  }
}
