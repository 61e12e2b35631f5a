import Boards
import ETF
import Foundation
import Noise
import Sodium
import Synchronization
import TestKit
import Testing

@testable import PeerNet

/// One connection of a peer that the board trusts and that means it ill: it says what it is told as fast as the kernel takes it.
final class HostilePeer {
  private let number: Int32
  private let session: Session
  private let identity: KeyPair
  private var random = RandomStream.system()
  private let hello: Hello
  private var unsent: ArraySlice<UInt8> = []
  private var lastID: UInt64 = 0
  private(set) var isGone = false

  /// Connects and proves its key. Two with the same `instance` are one process to the board.
  init(_ port: UInt16, seed: UInt8, wire: Wire, instance: UInt8) throws {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.number = number
    var address = loopback(port: port)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    identity = TestBoard.identity(seed)
    hello = Hello(instance: [UInt8](repeating: instance, count: 16))
    session = Session(
      role: .initiator, endpoint: Endpoint(ipv4: 0x7f00_0001, port: port), wire: wire, limits: Limits())
    session.connected(now: .zero, random: &random)
    flush()
    while true {
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let count = recv(number, &buffer, buffer.count, 0)
      guard count > 0 else { throw POSIXError(.ECONNRESET) }
      buffer[..<count].withUnsafeBytes { session.receive($0) }
      if try session.next(hello: hello, staticKey: identity, now: .zero, random: &random) != nil { break }
    }
    try session.admit(hello: hello, staticKey: identity, now: .zero, random: &random)
    flush()
    _ = fcntl(number, F_SETFL, O_NONBLOCK)
  }

  deinit { close(number) }

  func ask(_ name: Atom, _ arguments: Term) {
    lastID += 1
    say(.call(id: lastID, name: name, arguments: arguments))
  }

  /// Says nothing more while the kernel still has something of it.
  func say(_ envelope: Envelope) {
    guard unsent.isEmpty, !isGone, (try? session.send(envelope)) ?? false else { return flush() }
    flush()
  }

  /// An envelope in bytes of our own making, on PeerNet/1.
  func say(plaintext: [UInt8]) {
    guard unsent.isEmpty, !isGone else { return flush() }
    var bytes: [UInt8] = []
    let start = Frame.begin(&bytes)
    bytes += plaintext
    try? session.channel?.sender.seal(&bytes, from: start + 4)
    Frame.finish(&bytes, from: start)
    unsent = bytes[...]
    flush()
  }

  /// Bytes of our own making, whatever was said before.
  func say(raw bytes: [UInt8]) {
    if unsent.isEmpty { unsent = bytes[...] }
    flush()
  }

  /// Whether the kernel takes nothing more.
  var isStuck: Bool { !unsent.isEmpty }

  func flush() {
    while !isGone {
      if unsent.isEmpty, let bytes = session.takeOutput() {
        try? session.drained()
        unsent = bytes[...]
      }
      guard !unsent.isEmpty else { return }
      let count = unsent.withUnsafeBytes { send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else {
        isGone = errno != EAGAIN
        return
      }
      unsent = unsent.dropFirst(count)
    }
  }

  /// Drops what the board answers.
  func swallow() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var count = recv(number, &buffer, buffer.count, 0)
    while count > 0 { count = recv(number, &buffer, buffer.count, 0) }
    if count == 0 { isGone = true }
  }
}

/// Connections of many hostile peers, each replaced when the board ends it, on a thread of their own.
final class Siege: Sendable {
  private let isOver = Atomic(false)
  private let hasEnded = Atomic(false)
  private let made = Atomic(0)

  /// How many connections there have been.
  var connections: Int { made.load(ordering: .relaxed) }

  /// `connections` of each of the `seeds`, each of which `act`s again and again.
  init(
    _ port: UInt16, seeds: ClosedRange<UInt8>, connections: Int, wire: Wire,
    act: @escaping @Sendable (_ peer: HostilePeer, _ round: Int) -> Void
  ) {
    Thread.detachNewThread { [self] in
      var peers: [HostilePeer?] = Array(repeating: nil, count: seeds.count * connections)
      var round = 0
      while !isOver.load(ordering: .relaxed) {
        for index in peers.indices {
          if peers[index]?.isGone ?? true {
            peers[index] = nil
            let seed = seeds.lowerBound + UInt8(index / connections)
            peers[index] = try? HostilePeer(port, seed: seed, wire: wire, instance: UInt8(index % connections) % 4)
            if peers[index] != nil { made.add(1, ordering: .relaxed) }
          }
          if let peer = peers[index] { act(peer, round) }
        }
        round += 1
        usleep(200)
      }
      peers = []
      hasEnded.store(true, ordering: .relaxed)
    }
  }

  func end() async throws {
    isOver.store(true, ordering: .relaxed)
    try await eventually { hasEnded.load(ordering: .relaxed) }
  }
}
