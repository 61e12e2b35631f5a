import Foundation

/// A process of ours. Not Foundation's: that waits for one that closes all its descriptors before it ends, and with it for
/// every other.
public struct Child: Sendable {
  /// Its process ID.
  public let number: pid_t

  /// It could not be.
  public struct NotStarted: Error, CustomStringConvertible {
    public let description: String
  }

  /// Starts `words`, the first of which is looked up in the usual folders; `output` and `errors` are open files.
  public init(
    _ words: [String], environment: [String: String] = [:], input: Int32? = nil, output: Int32, errors: Int32
  ) throws {
    let variables = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
      "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ].merging(environment) { $1 }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var arguments = (["env"] + words).map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var number: pid_t = 0
    let result = posix_spawn(&number, "/usr/bin/env", &actions, nil, &arguments, &settings)
    guard result == 0 else { throw NotStarted(description: "\(words): \(String(cString: strerror(result)))") }
    self.number = number
  }

  /// Sends it a signal.
  public func kill(_ signal: Int32 = SIGKILL) { _ = Glibc.kill(number, signal) }

  /// Waits for its end: the exit code, or the number of the signal that ended it with a minus.
  public func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(number, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
  }
}
