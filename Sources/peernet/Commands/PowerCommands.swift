import ArgumentParser
import ETF

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

  func run(_ procedure: String, _ verb: String) async throws {
    if !yes && !dryRun {
      guard Console.isInteractive else {
        throw Failure(
          .usage, "not asked to \(verb)", because: "there is no terminal to confirm it on", next: "add --yes to do it")
      }
      guard Console.confirm("\(verb) \(Printable.text(peer.name))?") else {
        throw Failure(.usage, "not asked to \(verb)", because: "it was not confirmed", next: "answer y, or add --yes")
      }
    }
    var argument: [MapPair] = []
    if let delay { argument.append(MapPair(.binary(utf8: "delay"), .integer(Int64(delay)))) }
    if dryRun { argument.append(MapPair(.binary(utf8: "dry_run"), .atom("true"))) }
    let arguments = Term.map(argument)
    let answer = try await Link.use(home, options, peer.name) { try await $0.call(procedure, arguments) }
    Answer(answer, home).print()
  }
}

struct RebootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "reboot", abstract: "Restart a board.")

  @OptionGroup var options: PowerOptions

  func run() async throws { try await options.run("system.reboot", "reboot") }
}

struct PowerOffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poweroff", abstract: "Switch a board off. Somebody must go there to switch it on.")

  @OptionGroup var options: PowerOptions

  func run() async throws { try await options.run("system.poweroff", "poweroff") }
}
