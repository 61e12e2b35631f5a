import Admin
import ArgumentParser
import ETF
import PeerNet
import PeerNetClient

struct WifiCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wifi", abstract: "Look at and restart a board's wifi.",
    subcommands: [Status.self, Scan.self, Restart.self])

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show what the radio is doing.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var peer: PeerArgument
    @OptionGroup var options: PeerOptions

    func run() async throws {
      let answer = try await Link.use(home, options, peer.name) {
        try await $0.call(Procedure.wifiStatus.handle, as: .map)
      }
      PrintedAnswer(answer, home).print()
    }
  }

  struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "scan", abstract: "List the networks in range.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var peer: PeerArgument
    @OptionGroup var options: PeerOptions

    func run() async throws {
      let answer = try await Link.use(home, options, peer.name) {
        try await $0.call(Procedure.wifiScan.handle, as: .table("networks"), timeout: .seconds(30))
      }
      PrintedAnswer(answer, home).printTable(of: "networks", columns: ["bssid", "freq", "rssi", "security", "ssid"])
      if answer[binaryKey: "cut_off"] == .atom("true") {
        Console.say("The list may be incomplete: there are, or may be, more networks than the board can report.")
      }
    }
  }

  struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "restart", abstract: "Bring the wifi link down and up again, and wait for it.",
      discussion: "When this link goes down with it, the outcome is asked for over the next one.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var peer: PeerArgument
    @OptionGroup var options: PeerOptions

    func run() async throws {
      let answer = try await Link.use(home, options, peer.name) {
        try await $0.restartWifi { Console.say("the link went down with the wifi; waiting for it to come back") }
      }
      PrintedAnswer(answer, home).print()
    }
  }
}
