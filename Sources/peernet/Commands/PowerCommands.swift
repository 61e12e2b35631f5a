import Admin
import ArgumentParser
import ETF
import PeerNetClient

/// What `reboot` and `poweroff` take.
struct PowerOptions: ParsableArguments {
  @OptionGroup var home: HomeOptions
  @OptionGroup var peer: PeerArgument
  @OptionGroup var options: PeerOptions

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Option(help: ArgumentHelp("From the answer to the act, 0 to 3600; 1 if not given.", valueName: "seconds"))
  var delay: Int?

  @Flag(help: "Tell the steps and take none.")
  var dryRun = false

  func validate() throws {
    if let delay, !(0...3_600 ~= delay) { throw ValidationError("--delay is 0 to 3600") }
  }

  func run(_ procedure: String, _ verb: String, untilBack: Bool = false) async throws {
    if !yes && !dryRun {
      guard Console.isInteractive else {
        throw CommandError(
          .usage, "not asked to \(verb)", because: "there is no terminal to confirm it on", next: "add --yes to do it")
      }
      guard Console.confirm("\(verb) \(Printable.text(peer.name))?") else {
        throw CommandError(
          .usage, "not asked to \(verb)", because: "it was not confirmed", next: "answer y, or add --yes")
      }
    }
    var argument: [MapPair] = []
    if let delay { argument.append(MapPair(.binary(utf8: "delay"), .integer(Int64(delay)))) }
    if dryRun { argument.append(MapPair(.binary(utf8: "dry_run"), .atom("true"))) }
    let (arguments, key) = (Term.map(argument), OnceKey())
    let answer = try await Link.use(home, options, peer.name) { link in
      let answer = try await link.once(procedure, arguments, key: key, as: .map)
      guard untilBack, !dryRun else { return Self.report(answer) }
      if answer.hasRestarted == true { return Self.report(answer) }
      let wait = RestartWait(link.peer)
      return try await wait.run { onChange in
        try await link.restarted(
          procedure, arguments, key: key, timeout: .seconds(Int64(delay ?? 1) + Self.patience), onChange: onChange)
      } report: {
        Self.report($0, took: $1)
      }
    }
    PrintedAnswer(answer, home).print()
  }

  /// A board's own grace for its services is two minutes at most, and then it has to start.
  private static let patience: Int64 = 240

  /// The board's answer, with whether it has been started anew since, where that is known.
  private static func report(_ answer: OnceAnswer, took: Duration? = nil) -> Term {
    guard let pairs = answer.value.pairs else { return answer.value }
    var more: [MapPair] = []
    if let hasRestarted = answer.hasRestarted, hasRestarted || Console.isJSON {
      more.append(MapPair(.binary(utf8: "restarted"), .atom(hasRestarted ? "true" : "false")))
    }
    if let (seconds, attoseconds) = took?.components {
      let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
      more.append(MapPair(.binary(utf8: "took_ms"), .integer(milliseconds)))
    }
    return .map(pairs + more)
  }
}

struct RebootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "reboot", abstract: "Restart a board.")

  @OptionGroup var options: PowerOptions

  @Flag(help: "Wait until it has started anew and answers again, and tell how long that took.")
  var untilBack = false

  func run() async throws { try await options.run(Procedure.systemReboot.handle, "reboot", untilBack: untilBack) }
}

struct PowerOffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poweroff", abstract: "Switch a board off. Somebody must go there to switch it on.")

  @OptionGroup var options: PowerOptions

  func run() async throws { try await options.run(Procedure.systemPowerOff.handle, "poweroff") }
}
