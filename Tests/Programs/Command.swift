import Foundation
import Synchronization

/// A program that was run to its end.
public struct Command: Sendable {
  /// The exit code, or the number of the signal that ended it with a minus.
  public let status: Int32
  public let output: String
  public let errors: String
  /// How long it ran: whoever waits for it may have to wait for a thread as well, which says nothing of the program.
  public let duration: Duration

  /// It did not do what it was demanded to.
  public struct Failed: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// Runs `words`; kills it when it takes longer than `limit`.
  public static func run(
    _ words: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)
  ) async throws -> Command {
    try await withCheckedThrowingContinuation { continuation in
      // Blocking calls stay off the threads that tests share.
      Thread.detachNewThread {
        continuation.resume(with: Result { try wait(words, environment, limit) })
      }
    }
  }

  /// Runs `words` and throws what it said when it did not end with 0.
  @discardableResult
  public static func demand(_ words: [String], within limit: Duration = .seconds(120)) async throws -> String {
    let command = try await run(words, within: limit)
    guard command.status == 0 else {
      throw Failed(
        description: "\(words.joined(separator: " ")) ended with \(command.status): \(command.output)\(command.errors)")
    }
    return command.output
  }

  /// Starts `words` and lets it run; what it says goes to the file `log`.
  public static func start(_ words: [String], log: String) throws -> Child {
    let file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failed(description: "cannot write \(log)") }
    defer { close(file) }
    return try Child(words, output: file, errors: file)
  }

  private static func wait(_ words: [String], _ environment: [String: String], _ limit: Duration) throws -> Command {
    // What they say goes to files: nobody has to drain two pipes at once.
    var files: [Int32] = []
    defer { for file in files { close(file) } }
    for _ in 0..<2 {
      let path = NSTemporaryDirectory() + "/program-output-\(UUID().uuidString)"
      let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw Failed(description: "cannot write \(path)") }
      unlink(path)
      files.append(file)
    }
    let start = ContinuousClock.now
    let child = try Child(words, environment: environment, output: files[0], errors: files[1])
    let hasEnded = Mutex(false)
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(limit.components.seconds))) {
      hasEnded.withLock { if !$0 { child.kill() } }
    }
    let status = child.wait()
    let duration = ContinuousClock.now - start
    hasEnded.withLock { $0 = true }
    return Command(status: status, output: text(files[0]), errors: text(files[1]), duration: duration)
  }

  private static func text(_ file: Int32) -> String {
    let size = Int(lseek(file, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(size, 0))
    let count = pread(file, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
