import Foundation
import Programs
import Synchronization
import TestKit

/// The two small networks of `bench/lan`, and a laptop on both.
final class Lan: Sendable {
  /// The laptop's interface on the board's ethernet.
  static let wire = "wire0"
  /// Its interface on the network of the access point.
  static let air = "air0"

  let name: String
  private static let count = Atomic<Int>(0)
  private let server: Mutex<Child>
  private let log: String

  /// What is at the other end of the board's cable.
  enum Router {
    /// The one that it begins with.
    case first
    /// It has `own`, with the length of its prefix, and gives the board `address`, if need be with another mask.
    case other(own: String, address: String, mask: String? = nil)
    /// None: a cable between the laptop and the board.
    case none

    fileprivate var arguments: [String] {
      switch self {
      case .first: []
      case .other(let own, let address, let mask): [own, address] + (mask.map { [$0] } ?? [])
      case .none: ["bare"]
      }
    }
  }

  /// Builds the networks. `folder` is where the DHCP server's log goes.
  init(folder: String) async throws {
    try await Self.sweep
    name = "peernet-\(getpid())-\(Self.count.wrappingAdd(1, ordering: .relaxed).oldValue)"
    Leftovers.shared.add(lan: name)
    try await Command.demand([Repository.bench("lan"), "up", name])
    log = "\(folder)/dhcp.log"
    server = Mutex(try Command.start([Repository.bench("lan"), "serve", name], log: log))
  }

  /// How to start a program on the laptop.
  var laptop: [String] { ["ip", "netns", "exec", name + "-laptop"] }

  /// Takes the laptop off the network of the access point, does `work`, and puts it back.
  func withoutAir(
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Void
  ) async throws {
    try await Command.demand(["ip", "-n", name + "-laptop", "link", "set", Self.air, "down"])
    let result = await Result { () async throws in try await work() }
    try await Command.demand(["ip", "-n", name + "-laptop", "link", "set", Self.air, "up"])
    try result.get()
  }

  /// Puts another router in the place of the one that is there, which gives nobody notice.
  func replaceRouter(by router: Router) throws {
    try server.withLock { server in
      server.kill()
      _ = server.wait()
      server = try Command.start([Repository.bench("lan"), "serve", name] + router.arguments, log: log)
    }
  }

  /// Takes everything down again, with what still runs there.
  func close() async {
    server.withLock { server in
      server.kill()
      _ = server.wait()
    }
    _ = try? await Command.run([Repository.bench("lan"), "down", name])
  }

  /// Removes the networks of test runs that died, with what still runs in them.
  private static var sweep: Void {
    get async throws {
      for line in try await Command.demand(["ip", "netns", "list"]).split(separator: "\n") {
        let words = line.split(separator: " ")[0].split(separator: "-")
        guard words.count == 4, words[0] == "peernet", words[3] == "lan", let process = Int32(words[1]),
          kill(process, 0) != 0
        else { continue }
        _ = try await Command.run([Repository.bench("lan"), "down", words[0...2].joined(separator: "-")])
      }
    }
  }
}
