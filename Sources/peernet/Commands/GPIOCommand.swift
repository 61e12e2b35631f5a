import ArgumentParser
import ETF
import PeerNetClient

struct GPIOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gpio", abstract: "Read and write a board's GPIO lines, by the labels of its profile.",
    subcommands: [List.self, Read.self, Write.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the lines that the board offers.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var peer: PeerArgument
    @OptionGroup var options: PeerOptions

    func run() async throws {
      let answer = try await Link.use(home, options, peer.name) { try await $0.call("gpio.list") }
      Answer(answer, home).printTable(
        of: "lines", columns: ["label", "direction", "active_low", "bias", "debounce", "description"])
    }
  }

  struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "read", abstract: "Read lines: 1 is active, 0 is not.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var peer: PeerArgument
    @OptionGroup var options: PeerOptions

    @Argument(help: "Labels; every line if none is given.")
    var lines: [String] = []

    func run() async throws {
      let argument: [MapPair] =
        lines.isEmpty ? [] : [MapPair(.binary(utf8: "lines"), .list(lines.map { .binary(utf8: $0) }))]
      let answer = try await Link.use(home, options, peer.name) { try await $0.call("gpio.read", .map(argument)) }
      Levels(answer, home).print()
    }
  }

  struct Write: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "write", abstract: "Set outputs active or inactive.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var peer: PeerArgument
    @OptionGroup var options: PeerOptions

    @Argument(help: ArgumentHelp("What to set, as in relay=1.", valueName: "line=0|1"))
    var settings: [LineSetting]

    func validate() throws {
      if Set(settings.map(\.label)).count < settings.count { throw ValidationError("a line is given twice") }
    }

    func run() async throws {
      let values = settings.map { MapPair(.binary(utf8: $0.label), .integer($0.isActive ? 1 : 0)) }
      let argument = Term.map([MapPair(.binary(utf8: "values"), .map(values))])
      let answer = try await Link.use(home, options, peer.name) { try await $0.once("gpio.write", argument).value }
      Levels(answer, home).print()
    }
  }
}

struct LineSetting: ExpressibleByArgument {
  let label: String
  let isActive: Bool

  init?(argument: String) {
    // A label may hold an equals sign itself; a value cannot.
    guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex else { return nil }
    label = String(argument[..<equals])
    switch argument[argument.index(after: equals)...] {
    case "1", "on", "true", "active": isActive = true
    case "0", "off", "false", "inactive": isActive = false
    default: return nil
    }
  }
}

/// The answer of `gpio.read` and `gpio.write`.
private struct Levels {
  let answer: Answer

  init(_ term: Term, _ home: HomeOptions) { answer = Answer(term, home) }

  func print() {
    guard !answer.json, let values = answer.term[binaryKey: "values"], values.pairs != nil else {
      return answer.print()
    }
    Report(values).print()
    for problem in answer.term[binaryKey: "problems"]?.pairs ?? [] {
      Console.say("peernet: cannot read \(Report.text(problem.key)): \(Report.text(problem.value)); see gpio list")
    }
  }
}
