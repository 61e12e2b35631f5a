import ArgumentParser
import PeerNet
import PeerNetClient

struct PingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ping", abstract: "Measure round trips over the encrypted link.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var peer: PeerArgument
  @OptionGroup var options: PeerOptions

  @Option(help: ArgumentHelp("How many.", valueName: "number"))
  var count = 1

  func validate() throws {
    guard 1...1_000_000 ~= count else { throw ValidationError("--count is 1 to 1000000") }
  }

  func run() async throws {
    try await Link.use(home, options, peer.name) { link in
      for number in 1...count {
        if number > 1 { try await Task.sleep(for: .seconds(1)) }
        let (seconds, attoseconds) = try await link.ping().components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        if home.json {
          Console.data(
            .object([
              ("label", .text(link.peer.label)), ("sequence", .integer(Int64(number))),
              ("round_trip_us", .integer(microseconds)),
            ]))
        } else {
          let fraction = "\(microseconds % 1_000)"
          let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
          Console.data("\(Printable.text(link.peer.label))  \(number)  \(microseconds / 1_000).\(padded) ms")
        }
      }
    }
  }
}
