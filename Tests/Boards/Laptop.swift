import Foundation
import PeerNet
import Sodium
import TestKit

/// An operator's computer: a home folder of its own, and the built command line run in it.
public final class Laptop: Sendable {
  public struct Outcome: Sendable {
    public let status: Int32
    public let output: String
    public let talk: String

    /// The output, a line an object.
    public var json: [[String: Any]] {
      get throws {
        try output.split(separator: "\n").map { line in
          guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            throw Unreadable(text: String(line))
          }
          return object
        }
      }
    }
  }

  /// It said something else than it should.
  public struct Unreadable: Error { public let text: String }

  private let folder: TemporaryFolder
  /// Its own, so that tests neither hear each other nor use up each other's answers.
  public let discoveryPort: UInt16

  public init() throws {
    folder = try TemporaryFolder()
    discoveryPort = try freePort()
  }

  /// The folder that the command line makes when it has something to keep.
  public var home: String { folder.path("home") }

  public func file(_ name: String) -> String { home + "/" + name }

  /// What `peernet id` made and shows.
  public func key() async throws -> PublicKey {
    let shown = try await run("id", "--json")
    guard let text = try shown.json.first?["key"] as? String, let key = PublicKey(text: Array(text.utf8)) else {
      throw Unreadable(text: shown.output + shown.talk)
    }
    return key
  }

  public func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await execute(Self.binary, arguments, environment)
  }

  public func run(_ arguments: [String]) async throws -> Outcome { try await execute(Self.binary, arguments, [:]) }

  /// Runs the binary as `"$@"` of a shell script.
  public func shell(_ script: String, _ arguments: String...) async throws -> Outcome {
    try await execute("/bin/sh", ["-c", script, Self.binary, Self.binary] + arguments, [:])
  }

  private static let binary = BuiltProgram.path("peernet")

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
