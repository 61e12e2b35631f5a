import Boards
import PeerNet

/// Reads a daemon's log as it is written, so that its lines get a time: it has none of its own.
public final class LogFollower: Sendable {
  public let journal = Journal<String>()
  private let task: Task<Void, any Error>

  /// Looks twenty times a second.
  public init(_ board: FieldBoard) {
    task = Task { [journal, process = board.running.process] in
      var (read, rest) = (0, "")
      while true {
        let text = process.errorText(from: read)
        if !text.isEmpty {
          read += text.utf8.count
          var lines = (rest + text).split(separator: "\n", omittingEmptySubsequences: false)
          rest = String(lines.removeLast())
          for line in lines { journal.write(String(line)) }
        }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  deinit { task.cancel() }
}
