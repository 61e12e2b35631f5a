import PeerNet
import PeerNetClient

/// The wait for a board that starts anew: says what is seen of it meanwhile, and in the end no more than is known.
struct RestartWait {
  /// As it can be printed.
  let name: String
  /// As it can be typed.
  let word: String
  private let began = ContinuousClock.now

  init(_ peer: TrustEntry) { (name, word) = (Printable.text(peer.label), peer.word) }

  /// How often somebody at a terminal is told that nothing has changed.
  private static let interval = Swift.Duration.seconds(15)

  func run<Answer: Sendable>(
    _ body: (@escaping @Sendable (RestartSighting) -> Void) async throws -> OnceAnswer,
    report: (OnceAnswer, Swift.Duration) -> Answer
  ) async throws -> Answer {
    Console.say("\(name) takes it on; waiting for it to come back")
    let reminder = Task {
      while Console.isTalkTerminal {
        try await Task.sleep(for: Self.interval)
        Console.say("still waiting for \(name), \(seconds) s by now")
      }
    }
    defer { reminder.cancel() }
    do {
      return report(try await body { tell($0) }, began.duration(to: .now))
    } catch let failure as Failure where failure.status == .timedOut {
      throw Failure(
        .timedOut, failure.what, because: "it took it on, still answers after \(seconds) s and has not started anew",
        next: "see what keeps it: \(Hint.command("info", word))")
    } catch let failure as Failure where failure.status == .unreachable {
      throw Failure(
        .outcomeUnknown, failure.what,
        because:
          "it took it on and has not been heard since, for \(seconds) s; whether it has started anew is not known",
        next: "see whether it is there: \(Hint.command("info", word))")
    }
  }

  private var seconds: Int64 { began.duration(to: .now).components.seconds }

  private func tell(_ sighting: RestartSighting) {
    switch sighting {
    case .running: Console.say("\(name) answers again after \(seconds) s, and has not started anew")
    case .away: Console.say("\(name) is away, after \(seconds) s")
    }
  }
}
