import Foundation
import Synchronization

/// A stream socket of the emulator's, written by anyone and read line by line on a thread of its own.
final class LineSocket: Sendable {
  struct Line: Sendable {
    let text: String
    let at: ContinuousClock.Instant
  }

  private let number: Int32
  private let read = Mutex<[Line]>([])

  /// Connects as soon as somebody listens at `path`.
  init(path: String) async throws {
    number = try await wait(for: "listener at \(path)", within: .seconds(120)) { Self.connect(path) }
    let number = self.number
    Thread.detachNewThread { [weak self] in
      var waiting: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = recv(number, &buffer, buffer.count, 0)
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
      close(number)
    }
  }

  deinit { shutdown(number, Int32(SHUT_RDWR)) }

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

  func send(_ text: String) throws {
    var left = Array(text.utf8)[...]
    while !left.isEmpty {
      let count = left.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw POSIXError(.EPIPE) }
      left = left.dropFirst(count)
    }
  }

  private static func connect(_ path: String) -> Int32? {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    precondition(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafeBytes(of: &address) {
      Glibc.connect(
        number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    if result == 0 { return number }
    close(number)
    return nil
  }
}
