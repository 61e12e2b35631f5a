import Glibc
import TestKit
import Testing
import Threads

@testable import Linux

@Suite struct ProcessTests {
  private func waitUntilReadable(_ descriptor: borrowing FileDescriptor) {
    var item = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    #expect(poll(&item, 1, 10_000) == 1)
  }

  private func shell(_ script: String, environment: [String] = []) throws -> ChildProcess {
    try ChildProcess(
      path: Array("/bin/sh".utf8), arguments: ["sh", "-c", script].map { Array($0.utf8) },
      environment: environment.map { Array($0.utf8) })
  }

  @Test func runsAndTellsHowItEnded() throws {
    let child = try shell("echo $NAME; echo no >&2; read line; exit 7", environment: ["NAME=value"])
    waitUntilReadable(child.ending)
    #expect(try child.output.readForTest() == Array("value\n".utf8))
    #expect(try child.errors.readForTest() == Array("no\n".utf8))
    #expect(try child.reap() == .exited(code: 7))
    #expect(throws: Errno("", .noChild)) { try child.reap() }
  }

  @Test func inheritsNoDescriptor() throws {
    let pipe = try Pipe()
    let child = try shell("[ -e /proc/self/fd/\(pipe.reading.number) ] && echo open || echo closed")
    waitUntilReadable(child.ending)
    #expect(try child.output.readForTest() == Array("closed\n".utf8))
    #expect(try child.reap() == .exited(code: 0))
    try pipe.writing.writeAll([1])
  }

  @Test func syncsWithoutAProgramAndHoldsNothingOfOurs() throws {
    let child = try ChildProcess.syncing()
    waitUntilReadable(child.ending)
    #expect(try child.reap() == .exited(code: 0))
    var room: [UInt8] = [0]
    #expect(try room.withUnsafeMutableBytes { try child.output.read(into: $0) } == .end)
  }

  @Test func killsTheWholeGroup() throws {
    let child = try shell("sleep 100 & echo $!; wait")
    waitUntilReadable(child.output)
    #expect(try child.reap() == nil)
    child.kill()
    waitUntilReadable(child.ending)
    #expect(try child.reap() == .signalled(number: SIGKILL))
    // The grandchild held the pipe's other end: an end means that it is gone.
    _ = try child.output.readForTest()
    waitUntilReadable(child.output)
    var room: [UInt8] = [0]
    #expect(try room.withUnsafeMutableBytes { try child.output.read(into: $0) } == .end)
  }

  @Test func refusesWhatCannotRun() {
    #expect(throws: Errno("", .noSuchFile)) {
      try ChildProcess(path: Array("/nonexistent".utf8), arguments: [], environment: []).kill()
    }
    #expect(throws: Errno("", .invalidArgument)) {
      try ChildProcess(path: Array("/bin/true".utf8), arguments: [[1, 0]], environment: []).kill()
    }
  }

  @Test func signalsAreRead() throws {
    // On a thread of its own: the mask is inherited by what a thread starts.
    let seen = onThread { () -> [Signal] in
      guard let signals = try? Signals() else { return [] }
      var seen: [Signal] = []
      for number in [SIGTERM, SIGHUP, SIGINT] {
        pthread_kill(pthread_self(), number)
        while let signal = try? signals.next() {
          // Other tests' children end, too.
          if signal != .childEnded { seen.append(signal) }
        }
      }
      return seen
    }
    #expect(seen == [.terminate, .hangUp, .interrupt])
  }

  @Test func watchesAFolder() throws {
    let folder = try TemporaryFolder()
    let watch = try FileWatch(folder: utf8(folder.path))
    #expect(try watch.read() == [])
    try DurableFile(path: folder.file("trust")).write([1])
    let events = try watch.read()
    #expect(events.contains(.changed(name: Array("trust".utf8))))
    #expect(throws: Errno("", .noSuchFile)) { _ = try FileWatch(folder: folder.file("none")).descriptor.number }
  }

  @Test func readsWatchEventsOfAnyShape() {
    func event(_ mask: UInt32, _ name: [UInt8], length: UInt32? = nil) -> [UInt8] {
      Netlink.word(1) + Netlink.word(mask) + Netlink.word(0) + Netlink.word(length ?? UInt32(name.count)) + name
    }
    #expect(
      FileWatch.parse((event(0x80, [65, 0, 0, 0]) + event(0x4000, []) + event(0x400, []) + event(0x8000, []))[...])
        == [.changed(name: [65]), .lost, .folderGone])
    #expect(FileWatch.parse(event(0x80, [65], length: .max)[...]) == [])
    #expect(FileWatch.parse([1, 2, 3][...]) == [])
  }

  @Test func knowsTheMachine() throws {
    var names = utsname()
    #expect(uname(&names) == 0)
    #expect(try System.machine() == withUnsafeBytes(of: names.machine) { Array($0.prefix { $0 != 0 }) })
    #expect(System.processID == getpid())
    #expect(System.environment("PATH") != nil)
    #expect(System.environment("NO_SUCH_VARIABLE_HERE") == nil)
    #expect(!processArguments().isEmpty)
  }
}
