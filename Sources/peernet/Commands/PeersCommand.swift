import ArgumentParser
import PeerNet
import PeerNetClientLinux

struct PeersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peers", abstract: "List the paired peers, from the files; nothing is sent.")

  @OptionGroup var home: HomeOptions

  func run() throws {
    let folder = try home.folder()
    let trust = try reading(folder.trust)
    let memory = try reading(folder.memory)
    var table = Table(["label", "fingerprint", "wire", "may call", "address"])
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
            ]))
      } else {
        table.rows.append([
          Printable.text(entry.label), entry.key.fingerprintText, wire.map { "\($0.rawValue)" } ?? "-",
          grants.isEmpty ? "-" : Printable.text(grants.joined(separator: ",")), addresses.first ?? "-",
        ])
      }
    }
    table.print()
    if trust.entries.isEmpty { Console.say("no peers yet; see who is there: peernet discover") }
  }
}
