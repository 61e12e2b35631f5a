import Glibc
import TestKit
import Testing
import Threads

@testable import Linux

extension TemporaryFolder {
  /// The path of a file in it, as the module takes it.
  func file(_ name: String) -> [UInt8] { utf8(path(name)) }
}

@Suite struct DurableFileTests {
  @Test func writesAndReads() throws {
    let folder = try TemporaryFolder()
    let file = DurableFile(path: folder.file("trust"))
    #expect(try file.read() == nil)
    try file.write([1, 2, 3])
    #expect(try file.read() == [1, 2, 3])
    try file.write([])
    #expect(try file.read() == [])
    let large = [UInt8](repeating: 7, count: 300_000)
    try file.write(large)
    #expect(try file.read() == large)
    #expect(folder.names == ["trust", "trust.lock"])
    var status = stat()
    #expect(stat(String(decoding: file.path, as: UTF8.self), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  /// Root's command writes for an agent that runs as somebody else, who owns the folder.
  @Test(.enabled(if: geteuid() == 0)) func whatRootWritesBelongsToTheFoldersOwner() throws {
    let folder = try TemporaryFolder()
    #expect(chown(folder.path, 12_345, 12_346) == 0)
    let file = DurableFile(path: folder.file("trust"))
    try file.write([1])
    try file.write([2])
    #expect(folder.names == ["trust", "trust.lock"])
    for name in folder.names {
      var status = stat()
      #expect(lstat(folder.path(name), &status) == 0)
      #expect(status.st_uid == 12_345 && status.st_gid == 12_346 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test(arguments: DurableFile.Step.allCases) func leavesOldOrNewWhereverItFails(_ step: DurableFile.Step) throws {
    let folder = try TemporaryFolder()
    var file = DurableFile(path: folder.file("trust"))
    try file.write([1])
    file.beforeStep = { at throws(Errno) in if at == step { throw Errno("write", .noSpace) } }
    #expect(throws: FileError.system(Errno("", .noSpace))) { try file.write([2]) }
    #expect(try file.read() == (step == .syncFolder ? [2] : [1]))
    #expect(folder.names == ["trust", "trust.lock"])
    file.beforeStep = nil
    try file.write([3])
    #expect(try file.read() == [3])
  }

  /// A process that is killed tidies nothing up.
  @Test(arguments: DurableFile.Step.allCases) func leavesOldOrNewWhereverItIsKilled(_ step: DurableFile.Step) throws {
    let folder = try TemporaryFolder()
    var file = DurableFile(path: folder.file("trust"))
    try file.write([1])
    var snapshot: (names: [String], contents: [UInt8]?)?
    let path = file.path
    file.beforeStep = { at throws(Errno) in
      guard at == step else { return }
      snapshot = (folder.names, try? readFile(path, limit: 100))
    }
    try file.write([2])
    let seen = try #require(snapshot)
    #expect(seen.contents == (step == .syncFolder ? [2] : [1]))
    #expect(Set(seen.names).isSubset(of: ["trust", "trust.lock", "trust.new"]))
    // What such a death leaves behind does not disturb the next write.
    #expect(creat(folder.path("trust.new"), 0o400) >= 0)
    file.beforeStep = nil
    try file.write([3])
    #expect(try file.read() == [3])
    #expect(folder.names == ["trust", "trust.lock"])
  }

  @Test(.enabled(if: Namespaces.areAllowed, "needs the right to make namespaces")) func survivesAFullDisk() {
    // A tmpfs of two pages, in a mount namespace of a thread of its own.
    let failure = onThread { () -> String? in
      guard Namespaces.unshareMounts(), mount("tmpfs", "/mnt", "tmpfs", 0, "size=8k") == 0 else { return "mount" }
      let file = DurableFile(path: Array("/mnt/trust".utf8))
      let old = [UInt8](repeating: 1, count: 4000)
      do throws(FileError) {
        try file.write(old)
      } catch {
        return "\(error)"
      }
      do throws(FileError) {
        try file.write([UInt8](repeating: 2, count: 6000))
        return "wrote more than there is room for"
      } catch {
        guard error == .system(Errno("", .noSpace)) else { return "\(error)" }
        return (try? file.read()) == old ? nil : "the old contents are gone"
      }
    }
    #expect(failure == nil)
  }

  @Test func readsNoMoreThanItsLimit() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("trust")
    try DurableFile(path: path).write([UInt8](repeating: 0, count: 100))
    #expect(try DurableFile(path: path, limit: 100).read()?.count == 100)
    #expect(throws: FileError.tooLarge(limit: 99)) { try DurableFile(path: path, limit: 99).read() }
    #expect(throws: FileError.notRegular) { try DurableFile(path: utf8(folder.path)).read() }
    #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
    #expect(throws: FileError.notRegular) { try DurableFile(path: folder.file("fifo")).read() }
    #expect(throws: FileError.notRegular) { try DurableFile(path: Array("/dev/zero".utf8)).read() }
    #expect(throws: FileError.system(Errno("", .invalidArgument))) { try DurableFile(path: path + [0]).read() }
    #expect(throws: FileError.tooLarge(limit: 10)) { try readFile(Array("/dev/zero".utf8), limit: 10) }
  }

  @Test func opensAndMakesFolders() throws {
    let folder = try TemporaryFolder()
    try makeFolder(folder.file("state"))
    try makeFolder(folder.file("state"))
    #expect(throws: Errno("", .noSuchFile)) { try makeFolder(folder.file("none/state")) }
    #expect(rmdir(folder.path("state")) == 0)
    let nothing = try FileDescriptor.open(Array("/dev/null".utf8), for: .writing)
    try nothing.writeAll([1])
    let zero = try FileDescriptor.open(Array("/dev/zero".utf8), for: .reading)
    #expect(try zero.readForTest(3) == [0, 0, 0])
    #expect(throws: Errno("", .noSuchFile)) {
      _ = try FileDescriptor.open(folder.file("none"), for: .writing).number
    }
  }

  @Test func updatesUnderTheLock() throws {
    let folder = try TemporaryFolder()
    let file = DurableFile(path: folder.file("count"))
    let other = DurableFile(path: folder.file("count"))
    try file.update { old throws(FileError) in
      #expect(old == nil)
      #expect(throws: FileError.locked) { try other.write([9], waitingForLock: false) }
      return [1]
    }
    #expect(try file.read() == [1])
    #expect(try !file.update { _ in nil })
    #expect(throws: FileError.notRegular) { try file.update { _ throws(FileError) in throw .notRegular } }
    try other.write([2], waitingForLock: false)
    let path = folder.file("count")
    let threads = (0..<4).map { _ in
      startThread {
        for _ in 0..<25 { try! DurableFile(path: path).update { old in [old![0] + 1] } }
      }
    }
    for thread in threads { join(thread) }
    #expect(try file.read() == [102])
  }
}

@Suite struct ProcessLockTests {
  @Test func oneHoldsItAndTheOtherHearsWho() throws {
    let folder = try TemporaryFolder()
    guard case .taken(let first) = try ProcessLock.take(folder.file("lock")) else {
      Issue.record("nobody else has it")
      return
    }
    guard case .held(let id) = try ProcessLock.take(folder.file("lock")) else {
      Issue.record("taken twice")
      return
    }
    #expect(String(decoding: id, as: UTF8.self) == "\(getpid())")
    withExtendedLifetime(first) {}
  }

  @Test func itEndsWithItsHolder() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<3 {
      guard case .taken = try ProcessLock.take(folder.file("lock")) else {
        Issue.record("its holder is gone")
        return
      }
    }
  }
}
