import Admin
import ArgumentParser
import ETF
import PeerNet
import PeerNetClient

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Call any handle with an Erlang term, and print the answer as one.",
    discussion: "For example: peernet call pump gpio.write '#{<<\"line\">> => <<\"relay\">>, <<\"value\">> => 1}'")

  @OptionGroup var home: HomeOptions
  @OptionGroup var peer: PeerArgument
  @OptionGroup var options: PeerOptions

  @Argument(help: "What to call, as in system.info.", completion: .list(Procedure.allCases.map(\.handle)))
  var handle: String

  @Argument(help: "The argument, as Erlang text; an empty map if not given.")
  var term: String?

  @Flag(help: "Have it run at most once: when the link goes down before the answer, ask again over the next one.")
  var once = false

  @Option(
    help: ArgumentHelp(
      "The same under the key of an earlier call, to hear what became of that.", valueName: "32 hex digits"))
  var onceKey: OnceKey?

  func validate() throws {
    guard 1...255 ~= handle.unicodeScalars.count else { throw ValidationError("a handle has 1 to 255 characters") }
  }

  func run() async throws {
    let argument = try term.map { text throws(CommandError) in try Self.parse(text) } ?? .map([])
    let answer = try await Link.use(home, options, peer.name) { link in
      if once || onceKey != nil { return try await (link.peer, ask(link, argument)) }
      return try await (link.peer, link.call(handle, argument))
    }
    let text = answer.1.text(limits: .init(depth: 1_024, length: 1 << 24))
    guard home.json else { return Console.data(text) }
    Console.data(
      .object([
        ("label", .text(answer.0.label)), ("handle", .string(handle)), ("answer", JSON(answer.1)),
        ("term", .string(text)),
      ]))
  }

  private func ask(_ link: Link, _ argument: Term) async throws -> Term {
    let key = onceKey ?? OnceKey()
    do { return try await link.once(handle, argument, key: key).value } catch let failure as CommandError {
      guard failure.status == .timedOut || failure.status == .outcomeUnknown else { throw failure }
      throw CommandError(
        failure.status, failure.what, because: failure.why, next: "ask again with --once-key \(key)")
    }
  }

  static func parse(_ text: String) throws(CommandError) -> Term {
    do { return try Term(text: text) } catch {
      throw CommandError(
        .data, "the argument is no Erlang term", because: "\(error.kind) at byte \(error.offset)",
        next: "write it as in Erlang, say #{<<\"line\">> => <<\"relay\">>}")
    }
  }
}

extension OnceKey: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
