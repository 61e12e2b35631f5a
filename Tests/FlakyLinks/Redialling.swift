import PeerNet
import Seeds

/// How a program comes back to a peer that it has given up: what each does by default, or, for those that leave it to the
/// application, one that dials again as soon as a dial has failed.
///
/// A dial's first packet goes out at once and again after 1, 3, 7, 15, 31 and 63 s, as TCP's SYN and QUIC's Initial do.
public struct Redialling: Sendable {
  /// From giving up to the first dial; by chance up to `spread` more.
  var first = TimeSpan.zero
  var spread = TimeSpan.zero
  /// From a dial's failure to the next dial; `factor` times as long each time, up to `ceiling`.
  var pause = TimeSpan.zero
  var factor = 1.0
  var ceiling = TimeSpan.zero
  /// How long one dial may take.
  var deadline: TimeSpan
  /// Round trips from the packet of a dial that gets through to the answer of a request.
  var roundTrips: Int64
  /// Between two announces of the other end, at which it dials unless a dial is under way.
  var announces: TimeSpan?
  /// Whether each end dials the other. Otherwise one does.
  var isMutual = false
  /// Whether a dial is one packet, which is not sent again.
  var isSinglePacket = false

  private static let tries: [Int64] = [0, 1, 3, 7, 15, 31, 63]

  /// When a request is answered by who has given up at `start` and was silenced until `back`.
  func usable(
    givenUpAt start: Instant, pathIsBack back: Instant, roundTrip: TimeSpan, dice: inout SeededGenerator
  ) -> Instant {
    var announced = announces.map { back + dice.duration(below: $0) }
    var dial = start + first + dice.duration(below: spread)
    var pause = pause
    while true {
      if let announce = announced, announce < dial {
        dial = max(announce, start)
        announced = announces.map { announce + $0 }
      }
      let tries = Self.tries.prefix(isSinglePacket ? 1 : .max).map { dial + .seconds($0) }
        .filter { $0 < dial + deadline }
      if let through = tries.first(where: { $0 >= back }) { return through + roundTrip * roundTrips }
      while let announce = announced, announce < dial + deadline { announced = announces.map { announce + $0 } }
      dial = dial + deadline + pause
      pause = min(.nanoseconds(Int64(Double(pause.nanoseconds) * factor)), ceiling)
    }
  }
}

extension Redialling {
  /// As of a policy; nil for one that is a program of ours or no program at all.
  static func of(_ policy: Policy) -> Redialling? { all[policy.name] }

  private static let all: [String: Redialling] = [
    // A quarter of a second, doubled up to 30 s, and 5 s for a dial.
    Policy.before.name: Redialling(
      spread: .milliseconds(250), pause: .milliseconds(190), factor: 2, ceiling: .milliseconds(22_500),
      deadline: .seconds(5), roundTrips: 3, announces: .seconds(5), isMutual: true),
    // Half a second, doubled up to 30 s; the kernel's own 134 s for a dial, during which it hears no announce.
    Policy.original.name: Redialling(
      first: .milliseconds(500), pause: .seconds(1), factor: 2, ceiling: .seconds(30), deadline: .seconds(134),
      roundTrips: 4, announces: .seconds(5), isMutual: true),
    // A handshake of one packet every 5 s and up to a third, for as long as the keepalive asks for one.
    Policy.wireGuard.name: Redialling(
      spread: .milliseconds(5_333), deadline: .milliseconds(5_167), roundTrips: 2, isSinglePacket: true),
    // Leaves it to the application. One round trip for the handshake.
    Policy.iroh.name: Redialling(deadline: .seconds(15), roundTrips: 2),
    // Leaves it to the application. TCP, Noise, the choice of a multiplexer and of a protocol.
    Policy.libp2p.name: Redialling(deadline: .seconds(10), roundTrips: 6),
    // Its client's 1, 1.8, 3.2 s and so on up to a minute, and a minute for a dial. TCP, Noise, hello.
    Policy.espHome.name: Redialling(
      pause: .seconds(1), factor: 1.8, ceiling: .seconds(60), deadline: .seconds(60), roundTrips: 4),
    // 1, 2, 4 s, and 10 s for a dial. TCP, init, open.
    Policy.zenoh.name: Redialling(
      pause: .seconds(1), factor: 2, ceiling: .seconds(4), deadline: .seconds(10), roundTrips: 4),
  ]
}
