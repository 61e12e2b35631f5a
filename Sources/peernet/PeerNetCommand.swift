import Admin
import ArgumentParser
import Glibc
import PeerNetClient

/// The operator's command line.
@main
struct PeerNetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peernet",
    abstract: "Find, pair and operate boards over encrypted peer-to-peer links.",
    discussion: "Exit codes, files, environment and the JSON it prints: peernet(1).",
    version: "0.1.0",
    subcommands: [
      IDCommand.self, DiscoverCommand.self, PairCommand.self, UnpairCommand.self, ImportCommand.self,
      PeersCommand.self, PingCommand.self, CallCommand.self, StatusCommand.self, InfoCommand.self, WifiCommand.self,
      GPIOCommand.self, RebootCommand.self,
      PowerOffCommand.self, ProvisionCommand.self, FlashCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
      Glibc.exit(ExitStatus.ok.rawValue)
    } catch let failure as CommandError {
      Console.fail(failure)
    } catch {
      Console.fail(failure(error))
    }
  }

  /// What the parser, or what nobody expected, has to say. Help and versions come as errors, too, and end here.
  private static func failure(_ error: any Error) -> CommandError {
    // The parser does not name a word that is no command, and with --help behind it shows the help of another one.
    if let word = unknownCommand(CommandLine.arguments.dropFirst()) {
      return CommandError(
        .usage, "wrong usage", because: "there is no command \(Printable.text(word))", next: help(above: word))
    }
    let code = exitCode(for: error)
    if code == .success { exit(withError: error) }
    if code != .validationFailure {
      return CommandError(.internal, "peernet failed", because: Printable.text("\(error)"), next: "report this")
    }
    let why = message(for: error).split(separator: "\n").first.map { String($0) } ?? "wrong arguments"
    return CommandError(.usage, "wrong usage", because: Printable.text(why), next: "see peernet --help")
  }

  /// The first word that stands where a command belongs and is none, so that the message can name it; nil when there is
  /// none.
  private static func unknownCommand(_ words: ArraySlice<String>) -> String? {
    var command: any ParsableCommand.Type = Self.self
    for word in words {
      let known = command.configuration.subcommands
      if known.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
      guard let next = known.first(where: { $0.configuration.commandName == word }) else { return word }
      command = next
    }
    return nil
  }

  private static func help(above word: String) -> String {
    let words = CommandLine.arguments.dropFirst().prefix { $0 != word }
    return "see \((["peernet"] + words).joined(separator: " ")) --help"
  }
}
