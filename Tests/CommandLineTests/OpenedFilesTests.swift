import Boards
import ETF
import Foundation
import PeerNetClient
import Testing

/// What a command opens in its home folder, as the kernel tells it.
@Suite struct OpenedFilesTests {
  @Test func aCommandOpensEachFileOnce() async throws {
    for _ in 0..<20 {
      let laptop = try Laptop()
      let board = try await AnsweringBoard(
        19, trusting: laptop.key(),
        ["gpio.read": { _ in try! Term(text: "#{<<\"values\">> => #{<<\"relay\">> => 1}}") }])
      try await board.pair(laptop)
      let start = ContinuousClock.now
      // The first command keeps what it learns of the board.
      #expect(try await laptop.run("gpio", "read", "board").status == 0)
      let opened = try OpenedFiles(in: laptop.home)
      let read = try await laptop.run("gpio", "read", "board")
      let took = ContinuousClock.now - start
      await board.node.stop()
      // The trust list is read again after a second, when the watch over it begins.
      guard took < .seconds(1) else { continue }
      #expect(read.status == 0, "\(read.talk)")
      #expect(opened.names().sorted() == ["identity.keys", "peers", "trust"])
      return
    }
    Issue.record("no two commands took less than a second")
  }
}

/// Which files of a folder are opened (inotify).
private final class OpenedFiles {
  private let descriptor: Int32
  // IN_OPEN and both of IN_CLOSE: of equal events in a row the kernel keeps one, so that two openings need a closing
  // between them to be two.
  private static let opened: UInt32 = 0x20
  private static let closed: UInt32 = 0x18

  init(in folder: String) throws {
    descriptor = inotify_init1(O_NONBLOCK | O_CLOEXEC)
    try #require(inotify_add_watch(descriptor, folder, Self.opened | Self.closed) >= 0)
  }

  deinit { close(descriptor) }

  /// Their names since the last time, once for each opening.
  func names() -> [String] {
    var names: [String] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &room, room.count)
      guard count > 0 else { return names }
      // u32 watch, mask, cookie, length, then the name, padded with NULs.
      var rest = room[..<count]
      while rest.count >= 16 {
        let (mask, length) = rest.withUnsafeBytes {
          ($0.loadUnaligned(fromByteOffset: 4, as: UInt32.self), $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        }
        let name = rest.dropFirst(16).prefix(Int(length)).prefix { $0 != 0 }
        if mask & Self.opened != 0, !name.isEmpty { names.append(String(decoding: name, as: UTF8.self)) }
        rest = rest.dropFirst(16 + Int(length))
      }
    }
  }
}
