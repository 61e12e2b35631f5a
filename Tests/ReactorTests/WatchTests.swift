import Basics
import Glibc
import Linux
import TestKit
import Testing
import Threads

@testable import Reactor

@Suite struct WatchTests {
  @Test func tellsOfFilesThatChange() throws {
    let folder = try TemporaryFolder()
    let reactor = try Reactor()
    var events: [FileWatch.Event] = []
    let watch = try FolderWatch(folder: utf8(folder.path), reactor: reactor) { events.append($0) }
    try reactor.runOnce(maxWait: .zero)
    #expect(events.isEmpty)
    try DurableFile(path: utf8(folder.path("trust"))).write([1])
    try reactor.run(until: { events.contains(.changed(name: Array("trust".utf8))) })
    for file in ["trust", "trust.lock"] { unlink(folder.path(file)) }
    rmdir(folder.path)
    try reactor.run(until: { events.last == .folderGone })
    watch.close()
  }

  @Test func handsSignalsToTheLoop() {
    // On a thread of its own: signals sent to a thread wait in that thread.
    let seen = onThread { () -> [Signal] in
      do {
        let reactor = try Reactor()
        var seen: [Signal] = []
        // Other tests' children end, too.
        let watch = try SignalWatch(reactor: reactor) { if $0 != .childEnded { seen.append($0) } }
        pthread_kill(pthread_self(), SIGHUP)
        try reactor.run(until: { seen.count == 1 })
        watch.close()
        pthread_kill(pthread_self(), SIGHUP)
        try reactor.runOnce(maxWait: .milliseconds(1))
        return seen
      } catch {
        return []
      }
    }
    #expect(seen == [.hangUp])
  }
}
