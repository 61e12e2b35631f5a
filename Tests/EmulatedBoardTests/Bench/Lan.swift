import Foundation
import Synchronization

/// Two small networks that touch nothing of the host: `wire`, on which the board's ethernet port is, and `air`, behind the
/// access point that the board's radio sees. A laptop, in a namespace of its own, is on both.
final class Lan: Sendable {
  static let wire = "wire0"
  static let air = "air0"

  /// The namespace of switches, DHCP server and emulator.
  let switches: String
  /// The laptop's namespace.
  let laptop: String
  private static let count = Atomic<Int>(0)
  private let server: Process

  /// Builds the networks. `folder` is where the DHCP server keeps its leases and its log.
  init(folder: String) async throws {
    try await Self.sweep()
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).oldValue
    let name = "peernet-\(getpid())-\(number)"
    (switches, laptop) = (name + "-lan", name + "-laptop")
    Leftovers.shared.add(namespaces: [switches, laptop])
    try await Command.demand(["sh", "-ec", Self.script, "sh", switches, laptop])
    server = try Command.start(
      [
        "ip", "netns", "exec", switches, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
        "--user=root", "--bind-interfaces", "--interface=wire", "--interface=air", "--dhcp-authoritative",
        "--dhcp-range=192.168.88.50,192.168.88.99,1h", "--dhcp-range=192.168.77.50,192.168.77.99,1h",
        "--dhcp-option=3", "--no-ping", "--dhcp-leasefile=\(folder)/leases", "--log-facility=-",
        "--log-dhcp", "--pid-file=",
      ], log: "\(folder)/dhcp.log")
    Leftovers.shared.add(process: server.processIdentifier)
  }

  /// Takes everything down again.
  func close() async {
    kill(server.processIdentifier, SIGTERM)
    for namespace in [switches, laptop] { _ = try? await Command.run(["ip", "netns", "del", namespace]) }
  }

  private static let script = """
    lan=$1 laptop=$2 subnet=88
    ip netns add $lan
    ip netns add $laptop
    ip -n $lan link set lo up
    ip -n $laptop link set lo up
    for name in wire air; do
      ip -n $lan link add $name type bridge forward_delay 0
      ip -n $lan addr add 192.168.$subnet.1/24 brd + dev $name
      ip -n $lan link set $name up
      ip -n $lan tuntap add dev ${name}-tap mode tap
      ip -n $lan link set ${name}-tap master $name up
      ip -n $lan link add ${name}-laptop type veth peer name ${name}0 netns $laptop
      ip -n $lan link set ${name}-laptop master $name up
      ip -n $laptop addr add 192.168.$subnet.10/24 brd + dev ${name}0
      ip -n $laptop link set ${name}0 up
      subnet=77
    done
    """

  /// Removes namespaces of test runs that died, with what still runs in them.
  private static func sweep() async throws {
    for line in try await Command.demand(["ip", "netns", "list"]).split(separator: "\n") {
      let name = line.split(separator: " ")[0]
      let words = name.split(separator: "-")
      guard words.count == 4, words[0] == "peernet", let process = Int32(words[1]), kill(process, 0) != 0 else {
        continue
      }
      for child in try await Command.demand(["ip", "netns", "pids", String(name)]).split(separator: "\n") {
        if let child = Int32(child) { kill(child, SIGKILL) }
      }
      _ = try await Command.run(["ip", "netns", "del", String(name)])
    }
  }
}
