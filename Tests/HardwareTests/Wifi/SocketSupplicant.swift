import Glibc
import Linux
import PeerNet
import Reactor

@testable import Hardware

/// A wpa_supplicant on a real socket, as far as a test scripts it: what it answers to each command.
final class SocketSupplicant {
  enum Act {
    case say(String)
    case raw([UInt8])
    /// To everyone who attached, some milliseconds later.
    case event(Int64, String)
    /// Closes the socket and removes it, without a word; back after so many milliseconds, or never.
    case die(Int64?)
  }

  private let path: String
  private let reactor: Reactor
  private let clock: VirtualClock
  private let script: (String, SocketSupplicant) -> [Act]
  private var descriptor: Int32 = -1
  private var registration: Reactor.Registration?
  private var attached: [sockaddr_un] = []
  private(set) var commands: [String] = []
  /// Between a test's script and the radio that it plays.
  var associatedAt: Int64? = 0

  init(
    path: String, reactor: Reactor, clock: VirtualClock, _ script: @escaping (String, SocketSupplicant) -> [Act]
  ) throws {
    self.path = path
    self.reactor = reactor
    self.clock = clock
    self.script = script
    try listen()
  }

  var isAssociated: Bool { associatedAt.map { clock.milliseconds >= $0 } ?? false }

  func stop() {
    guard descriptor >= 0 else { return }
    if let registration { reactor.deregister(registration) }
    close(descriptor)
    unlink(path)
    descriptor = -1
    attached = []
  }

  /// It hangs: what is sent stays in its socket until that is full.
  func hang() {
    if let registration { reactor.deregister(registration) }
    registration = nil
  }

  private func listen() throws {
    unlink(path)
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(bound == 0)
    registration = try reactor.register(descriptor, for: .readable) { _ in self.read() }
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var sender = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let count = withUnsafeMutablePointer(to: &sender) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT), $0, &length)
      }
    }
    guard count >= 0 else { return }
    let command = String(decoding: buffer.prefix(count), as: UTF8.self)
    commands.append(command)
    if command == "ATTACH" { attached.append(sender) }
    for act in script(command, self) {
      switch act {
      case .say(let text): send(Array(text.utf8), to: sender)
      case .raw(let bytes): send(bytes, to: sender)
      case .event(let delay, let text):
        clock.schedule(at: clock.now + .milliseconds(delay)) {
          for client in self.attached { self.send(Array(text.utf8), to: client) }
        }
      case .die(let back):
        stop()
        if let back { clock.schedule(at: clock.now + .milliseconds(back)) { try? self.listen() } }
        return
      }
    }
  }

  private func send(_ bytes: [UInt8], to client: sockaddr_un) {
    var client = client
    _ = withUnsafePointer(to: &client) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(
          descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
