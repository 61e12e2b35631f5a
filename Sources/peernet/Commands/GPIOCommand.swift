import Admin
import ArgumentParser
import ETF
import PeerNet
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
      let answer = try await Link.use(home, options, peer.name) {
        try await $0.call(Procedure.gpioList.handle, as: .table("lines"))
      }
      PrintedAnswer(answer, home).printTable(
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
      try await Link.use(home, options, peer.name) { link in
        let answer = try await link.call(Procedure.gpioRead.handle, .map(argument), as: .levels(lines))
        try Levels(answer, home).print(of: link.peer)
      }
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
      try await Link.use(home, options, peer.name) { link in
        let answer = try await link.once(Procedure.gpioWrite.handle, argument, as: .levels(settings.map(\.label))).value
        try Levels(answer, home).print(of: link.peer)
      }
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
  let answer: PrintedAnswer

  init(_ term: Term, _ home: HomeOptions) { answer = PrintedAnswer(term, home) }

  /// Fails when no line could be read.
  func print(of peer: TrustEntry) throws(CommandError) {
    let values = answer.term[binaryKey: "values"] ?? .map([])
    let problems = answer.term[binaryKey: "problems"]?.pairs ?? []
    if answer.json { answer.print() } else { Report(values).print() }
    if values.pairs?.isEmpty == false || problems.isEmpty {
      for problem in problems.prefix(Report.maximumRows) {
        Console.say("peernet: cannot read \(Self.text(problem)); see \(Hint.command("gpio", "list", peer.word))")
      }
      return
    }
    let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    throw CommandError(
      .refused, "no line of \(Printable.text(peer.label)) can be read", because: "\(Self.text(problems[0]))\(more)",
      next: "see its lines: \(Hint.command("gpio", "list", peer.word))")
  }

  private static func text(_ problem: MapPair) -> String {
    "\(Report.cut(Report.text(problem.key))): \(Report.cut(Report.text(problem.value)))"
  }
}
