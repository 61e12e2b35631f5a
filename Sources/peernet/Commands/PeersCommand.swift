import ArgumentParser
import PeerNet
import PeerNetClient
import PeerNetClientLinux

struct PeersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peers", abstract: "List the paired peers, from the files; nothing is sent.",
    discussion: """
      With --watch it connects to all of them and shows the state of each link, until ^C: a table on a terminal, \
      elsewhere a line for each change.
      """)

  @OptionGroup var home: HomeOptions
  @OptionGroup var network: NetworkOptions

  @Flag(help: "Connect to all of them, and show how it goes.")
  var watch = false

  @Option(name: .customLong("for"), help: ArgumentHelp("Watch for so long.", valueName: "seconds"))
  var span: Seconds?

  func validate() throws {
    if span != nil, !watch { throw ValidationError("--for goes with --watch") }
  }

  func run() async throws {
    let folder = try home.folder()
    guard !watch else {
      Interruption.note()
      let node = try await PeerNode.started(CommandStore(home: folder), network, connectsAutomatically: true)
      return try await PeersWatch(node, folder, json: home.json).run(for: span?.duration)
    }
    try list(folder)
  }

  private func list(_ folder: HomeFolder) throws {
    let trust = try reading(folder.trust)
    let memory = try reading(folder.memory)
    var table = Table(["label", "fingerprint", "wire", "may call", "last seen", "address"])
    for entry in trust.entries {
      let known = memory.peer(entry.key)
      let addresses = (known?.addresses ?? []).map(\.description)
      let wire = entry.wire ?? (known?.speaksTwo ?? false ? .two : nil)
      let grants = entry.grants.text.split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
      if home.json {
        Console.data(
          .object(
            entry.json + [
              ("allow", .array(grants.map { .string($0) })),
              ("wire", wire.map { .integer(Int64($0.rawValue)) } ?? .null),
              ("addresses", .array(addresses.map { .string($0) })),
              ("last_seen", known?.seen.map { .integer(Int64($0)) } ?? .null),
            ]))
      } else {
        table.rows.append([
          Printable.text(entry.label), entry.key.fingerprintText, wire.map { "\($0.rawValue)" } ?? "-",
          grants.isEmpty ? "-" : Printable.text(grants.joined(separator: ",")),
          known?.seen.map { "\(LastSeen.age(of: $0)) ago" } ?? "-", addresses.first ?? "-",
        ])
      }
    }
    table.print()
    if trust.entries.isEmpty { Console.say("no peers yet; see who is there: \(Hint.command("discover"))") }
  }
}
