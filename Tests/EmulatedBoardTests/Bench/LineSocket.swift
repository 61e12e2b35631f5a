import Foundation
import Synchronization
import TestKit

/// A stream socket of the emulator's, written by anyone and read line by line on a thread of its own.
final class LineSocket: Sendable {
  struct Line: Sendable {
    let text: String
    let at: ContinuousClock.Instant
  }

  private let connection: Connection
  private let read = Mutex<[Line]>([])

  /// Connects as soon as somebody listens at `path`.
  init(path: String) async throws {
    let connection = try await wait(for: "listener at \(path)", within: .seconds(120)) { Connection(path) }
    self.connection = connection
    Thread.detachNewThread { [weak self] in
      var waiting: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = recv(connection.number, &buffer, buffer.count, 0)
        guard count > 0, let self else { break }
        let now = ContinuousClock.now
        waiting += buffer[..<count]
        var lines: [Line] = []
        while let end = waiting.firstIndex(of: 10) {
          lines.append(Line(text: String(decoding: waiting[..<end].filter { $0 != 13 }, as: UTF8.self), at: now))
          waiting.removeSubrange(...end)
        }
        self.read.withLock { $0 += lines }
      }
      connection.close()
    }
  }

  deinit { connection.shutDown() }

  /// How many lines have come so far: what comes from now on has this index or a higher one.
  var count: Int { read.withLock { $0.count } }

  func lines(from index: Int) -> [Line] { read.withLock { Array($0.dropFirst(index)) } }

  /// The first line from `index` on, already there or still to come, of which `isWanted` holds.
  func line(
    from index: Int, _ what: String, within limit: Duration, where isWanted: (String) -> Bool
  ) async throws -> Line {
    try await wait(for: what, within: limit, every: .milliseconds(3)) {
      self.lines(from: index).first { isWanted($0.text) }
    }
  }

  func send(_ text: String) throws { try connection.send(text) }
}

/// A descriptor that is never used once it was closed: its number may be another machine's by then.
private final class Connection: Sendable {
  let number: Int32
  private let isOpen = Mutex(true)

  /// Nil when nobody listens at `path`.
  init?(_ path: String) {
    number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    precondition(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafeBytes(of: &address) {
      connect(number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    guard result == 0 else {
      Glibc.close(number)
      return nil
    }
  }

  func send(_ text: String) throws {
    try isOpen.withLock { isOpen in
      var left = Array(text.utf8)[...]
      while !left.isEmpty {
        let count =
          isOpen
          ? left.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } : -1
        guard count > 0 else { throw POSIXError(.EPIPE) }
        left = left.dropFirst(count)
      }
    }
  }

  /// Whoever reads hears the end, and closes.
  func shutDown() { isOpen.withLock { if $0 { shutdown(number, Int32(SHUT_RDWR)) } } }

  func close() {
    isOpen.withLock { isOpen in
      if isOpen { Glibc.close(number) }
      isOpen = false
    }
  }
}
