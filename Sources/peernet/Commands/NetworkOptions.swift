import Admin
import ArgumentParser
import Glibc
import PeerNet
import PeerNetClient
import PeerNetClientLinux

/// Where to look for peers.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Use these interfaces only to look for peers ($PEERNET_INTERFACES).", valueName: "name,name"))
  var interfaces: String?

  @Option(help: ArgumentHelp("The UDP port of discovery ($PEERNET_DISCOVERY_PORT; 4040).", valueName: "port"))
  var discoveryPort: UInt16?

  func validate() throws {
    if discoveryPort == 0 { throw ValidationError("--discovery-port is 1 to 65535") }
  }

  func network() throws(CommandError) -> Network {
    Network(discoveryPort: try port(), interfaces: allowedInterfaces)
  }

  /// Nil allows all.
  private var allowedInterfaces: [String]? {
    (interfaces ?? Self.environment("PEERNET_INTERFACES"))?.split(separator: ",").map { String($0) }
  }

  private func port() throws(CommandError) -> UInt16 {
    if let discoveryPort { return discoveryPort }
    guard let text = Self.environment("PEERNET_DISCOVERY_PORT") else { return 4_040 }
    guard let port = UInt16(text), port > 0 else {
      throw CommandError(
        .configuration, "cannot look for peers", because: "$PEERNET_DISCOVERY_PORT is no port",
        next: "set it to 1 to 65535")
    }
    return port
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}

/// How to reach one peer.
struct PeerOptions: ParsableArguments {
  @OptionGroup var network: NetworkOptions

  @Option(
    help: ArgumentHelp(
      "Dial this address and look no further, as in 192.0.2.7:4040, [fe80::1%eth0]:4040 or pump.example:4040.",
      valueName: "address"), transform: { try AddressArgument($0) })
  var at: AddressArgument?

  @Option(help: ArgumentHelp("How long to wait for the connection, and then for each answer.", valueName: "seconds"))
  var timeout: Seconds?

  @Option(
    help: ArgumentHelp("How long to wait for the connection instead, for a peer that is away.", valueName: "seconds"))
  var wait: Seconds?
}

/// A span of time in seconds, more than none and at most a day.
struct Seconds: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    guard let seconds = Double(argument), seconds >= 0.001, seconds <= 86_400 else { return nil }
    duration = .milliseconds(Int64(seconds * 1_000))
  }
}

/// The name of a peer, completed from the trust list.
struct PeerArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A label, or the first of a fingerprint (4) or key (6).", valueName: "peer"),
    completion: completion)
  var name: String

  static let completion = CompletionKind.custom { words, _, prefix in
    labels(words: words).filter { $0.hasPrefix(prefix) }
  }

  static func labels(words: [String]) -> [String] {
    let home = words.firstIndex(of: "--home").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    guard let list = try? HomeFolder.locate(home).trust() else { return [] }
    return list.entries.map { Printable.text($0.label) }
  }
}
