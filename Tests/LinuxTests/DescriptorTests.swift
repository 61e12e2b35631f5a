import Basics
import CLinux
import Glibc
import Testing
import Threads

@testable import Linux

extension FileDescriptor {
  borrowing func setBlockingForTest() throws {
    #expect(fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK) == 0)
  }

  /// What the next read finds, as bytes.
  borrowing func readForTest(_ count: Int = 4096) throws -> [UInt8]? {
    var room = [UInt8](repeating: 0, count: count)
    guard case .bytes(let got) = try room.withUnsafeMutableBytes({ try read(into: $0) }) else { return nil }
    return Array(room[..<got])
  }
}

@Suite struct DescriptorTests {
  @Test func closesOnce() throws {
    let number: Int32
    do {
      let pipe = try Pipe()
      number = pipe.reading.number
      #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
    }
    // Another test's thread may have the number again; it is then no end of a pipe that we hold.
    #expect(fcntl(number, F_GETFD) == -1 || errno == 0)
  }

  @Test func releasesWithoutClosing() throws {
    let number = try Pipe().takeReading().release()
    #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
    #expect(close(number) == 0)
  }

  @Test func readsIntoTwoBuffers() throws {
    let pipe = try Pipe()
    try pipe.writing.writeAll([1, 2, 3, 4, 5])
    var (first, second): ([UInt8], [UInt8]) = ([0, 0], [0, 0, 0, 0])
    let outcome = try first.withUnsafeMutableBytes { one in
      try second.withUnsafeMutableBytes { two in try pipe.reading.read(into: one, then: two) }
    }
    #expect(outcome == .bytes(5))
    #expect(first == [1, 2])
    #expect(second == [3, 4, 5, 0])
  }

  @Test func tellsAnEndFromWaiting() throws {
    var pipe = try Pipe()
    try pipe.reading.setNonBlocking()
    var room: [UInt8] = [0]
    #expect(try room.withUnsafeMutableBytes { try pipe.reading.read(into: $0) } == .wouldBlock)
    pipe.writing = FileDescriptor(owning: -1)
    #expect(try room.withUnsafeMutableBytes { try pipe.reading.read(into: $0) } == .end)
  }

  @Test func namesWhatFailed() {
    let descriptor = FileDescriptor(owning: -1)
    #expect {
      try descriptor.write(UnsafeRawBufferPointer(start: nil, count: 0))
    } throws: { error in
      String(decoding: (error as? Errno)?.text ?? [], as: UTF8.self) == "write: Bad file descriptor"
    }
    let unknown = Errno("open", Errno.Code(number: 9999))
    #expect(String(decoding: unknown.text, as: UTF8.self) == "open: error 9999")
  }

  @Test func clockGoesOn() {
    let before = Clock.now()
    var uptime = timespec()
    clock_gettime(CLOCK_BOOTTIME, &uptime)
    let after = Clock.now()
    let middle = Instant.zero + .seconds(Int64(uptime.tv_sec)) + .nanoseconds(Int64(uptime.tv_nsec))
    #expect(before <= middle && middle <= after)
    #expect(abs(Clock.realtimeSeconds() - Int64(time(nil))) <= 1)
  }

  @Test func timerFiresAtItsDeadline() throws {
    let timer = try TimerDescriptor()
    try timer.descriptor.setBlockingForTest()
    let deadline = Clock.now() + .milliseconds(5)
    try timer.set(deadline)
    _ = try timer.descriptor.readForTest()
    #expect(Clock.now() >= deadline)
    try timer.set(.distantFuture)
    try timer.set(nil)
  }

  @Test func standardDescriptorsAreNeverAnotherFiles() {
    // On a thread with a descriptor table of its own: a process that was started with some of them closed.
    let opened = onThread { () -> [Int32] in
      guard Namespaces.unshareDescriptors() else { return [] }
      close(0)
      close(2)
      clinux_fill_standard_descriptors()
      return [0, 1, 2].map { fcntl($0, F_GETFD) } + [open("/dev/null", O_RDONLY)]
    }
    #expect(opened == [0, 0, 0, 3])
  }
}
