import Admin
import PeerNet
import PeerNetClient

/// The wait for a board that restarts: reports what is seen of the board meanwhile, and in the end claims no more than
/// is known.
struct RestartWait {
  /// The board's label, safe to print.
  let name: String
  /// The board as one word of a command line.
  let word: String
  private let began = ContinuousClock.now

  init(_ peer: TrustEntry) { (name, word) = (Printable.text(peer.label), peer.word) }

  /// How often a terminal shows that the command is still waiting.
  private static let interval = Duration.seconds(15)

  func run<Answer: Sendable>(
    _ body: (@escaping @Sendable (RestartSighting) -> Void) async throws -> OnceAnswer,
    report: (OnceAnswer, Duration) -> Answer
  ) async throws -> Answer {
    Console.say("\(name) accepted the command; waiting for it to restart")
    let reminder = Task {
      while Console.isTalkTerminal {
        try await Task.sleep(for: Self.interval)
        Console.say("still waiting for \(name), \(seconds) s by now")
      }
    }
    defer { reminder.cancel() }
    do {
      return report(try await body { tell($0) }, began.duration(to: .now))
    } catch let failure as CommandError where failure.status == .timedOut {
      throw CommandError(
        .timedOut, failure.what,
        because: "it accepted the command, still answers after \(seconds) s and has not restarted",
        next: "see what keeps it: \(Hint.command("info", word))")
    } catch let failure as CommandError where failure.status == .unreachable {
      throw CommandError(
        .outcomeUnknown, failure.what,
        because:
          "it accepted the command and was not heard for \(seconds) s since; whether it has restarted is not known",
        next: "see whether it is there: \(Hint.command("info", word))")
    }
  }

  private var seconds: Int64 { began.duration(to: .now).components.seconds }

  private func tell(_ sighting: RestartSighting) {
    switch sighting {
    case .running: Console.say("\(name) answers again after \(seconds) s, and has not restarted")
    case .away: Console.say("\(name) is away, after \(seconds) s")
    }
  }
}
