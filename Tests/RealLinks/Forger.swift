import Glibc
import PeerNet
import Programs
import Sodium
import Synchronization
import Threads

/// A stranger on the network who announces keys at a steady rate, each time from another of its addresses. Whatever is
/// dialled there gets no answer: the SYN arrives, and the stranger has no route back to the laptop.
public final class Forger: Sendable {
  /// Whose key an announce names.
  public enum Claim: Sendable {
    /// Always this one.
    case key(PublicKey)
    /// A new one each time.
    case randomKeys
  }

  private let isOver = Mutex(false)
  private let sent = Mutex(0)
  private let thread: Mutex<pthread_t?>

  /// How many announces have gone out.
  public var count: Int { sent.withLock { $0 } }

  /// The last bytes of the addresses that it announces from: none of the laptop's and none of a board's.
  private static let hosts: ClosedRange<UInt8> = 120...240

  /// Announces from the namespace of board `index`, in which no board is started.
  public init(on lan: FlakyLan, _ index: Int, claiming claim: Claim, perSecond rate: Int) async throws {
    let namespace = lan.boards[index]
    let addresses = Self.hosts.map { "ip addr add \(FlakyLan.address($0))/24 dev \(TapDevice.name)" }
    try await Command.demand(
      namespace.words + [
        "sh", "-ec",
        (addresses + ["ip route add blackhole \(FlakyLan.address(FlakyLan.laptopHost))"]).joined(separator: "\n"),
      ])
    thread = Mutex(nil)
    let started = namespace.inside { [self] in startThread { [self] in run(claim, rate) } }
    thread.withLock { $0 = started }
  }

  /// Ends its thread.
  public func stop() {
    isOver.withLock { $0 = true }
    if let thread = thread.withLock({ $0.take() }) { join(thread) }
  }

  private func run(_ claim: Claim, _ rate: Int) {
    let sockets = Self.hosts.map { Self.socket(at: $0) }
    defer { for socket in sockets { close(socket) } }
    var random = RandomStream(seed: [UInt8](repeating: 7, count: 32))
    let start = ContinuousClock.now
    var number = 0
    while !isOver.withLock({ $0 }) {
      let due = Int((ContinuousClock.now - start) / .milliseconds(1)) * rate / 1_000
      // A busy machine loses announces; it does not catch up in a burst.
      number = max(number, due - rate / 20)
      while number < due {
        let key: PublicKey
        switch claim {
        case .key(let claimed): key = claimed
        case .randomKeys: key = PublicKey(random.bytes(32))!
        }
        // A port of its own as well: each announce names an address that was never heard of before.
        let announce = Announce(key: key, port: UInt16(1_024 + number / sockets.count % 60_000))!
        if Self.broadcast(announce.bytes, by: sockets[number % sockets.count]) { sent.withLock { $0 += 1 } }
        number += 1
      }
      usleep(1_000)
    }
  }

  // MARK: Sockets

  private static func socket(at host: UInt8) -> Int32 {
    let number = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_BROADCAST, &yes, socklen_t(MemoryLayout<Int32>.size))
    let result = with(FlakyLan.address(host), port: 0) { bind(number, $0, $1) }
    precondition(result == 0, "the forger has no address \(FlakyLan.address(host))")
    return number
  }

  private static func broadcast(_ bytes: [UInt8], by socket: Int32) -> Bool {
    with(FlakyLan.address(255), port: FieldBoard.port) { sendto(socket, bytes, bytes.count, 0, $0, $1) } == bytes.count
  }

  private static func with<Result>(
    _ address: String, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    return withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
