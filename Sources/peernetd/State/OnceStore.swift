import Admin
import Linux
import PeerNet
import Reactor

/// The journal of `agent.once` on disk: a file to which records are appended, written anew when it has grown too large or its
/// end is in doubt. The loop does not wait for it.
///
/// A file that is no such journal is told, left as it is and not written over: nothing runs by it until it is gone. One of which
/// records may be lost stays for as long as the journal is closed by it.
final class OnceStore {
  let journal = OnceJournal()
  /// Called with the reason when a batch could not be written.
  var onFailure: (FileError) -> Void = { _ in }
  private var commits = OnceCommits()
  private let file: OnceFile
  private let disk: DiskThread
  private var isTelling = false

  /// `beforeFlush` is called on the thread before each flush; tests use it to make the disk slow.
  init(path: [UInt8], disk: DiskThread, beforeFlush: @escaping () -> Void = {}) {
    file = OnceFile(path: path, beforeFlush: beforeFlush)
    self.disk = disk
  }

  var path: [UInt8] { file.path }

  /// Reads the file once, before the loop runs. Nil for a file that is not a journal.
  func load(now: Instant) throws(FileError) -> OnceJournal.Reading? {
    commits.keepFile(until: .distantFuture)
    let reading = journal.read(try file.read() ?? [], now: now)
    guard reading != nil else { return nil }
    commits = OnceCommits()
    if let closed = journal.closedUntil { commits.keepFile(until: closed) }
    return reading
  }

  /// Writes a record of the journal to disk. `then` is called when it is there, or when it could not be written.
  func commit(_ record: [UInt8], then: @escaping (_ isWritten: Bool) -> Void) {
    commits.add(record, then: then)
    next()
  }

  /// Removes the records from the file that the journal has forgotten.
  func rewrite() {
    commits.rewrite()
    next()
  }

  private func next() {
    guard !isTelling, let work = commits.next(journal, now: Clock.now()) else { return }
    var failure: FileError?
    disk.run({ [file] in
      do throws(FileError) { try file.carryOut(work) } catch { failure = error }
    }) { [self] in
      if let failure { onFailure(failure) }
      // New records that result from these calls gather for one batch.
      isTelling = true
      for then in commits.ended(isWritten: failure == nil) { then(failure == nil) }
      commits.release()
      isTelling = false
      next()
    }
  }
}

/// The file, as the writing thread uses it.
private final class OnceFile {
  private let file: DurableFile
  private let beforeFlush: () -> Void
  private var appended: AppendedFile?

  init(path: [UInt8], beforeFlush: @escaping () -> Void) {
    file = DurableFile(path: path)
    self.beforeFlush = beforeFlush
  }

  var path: [UInt8] { file.path }

  func read() throws(FileError) -> [UInt8]? { try file.read() }

  func carryOut(_ work: OnceCommits.Work) throws(FileError) {
    if case .replace(let bytes, let ifMissing) = work {
      if ifMissing, try file.read() != nil { throw .notRegular }
      appended = nil
      beforeFlush()
      try file.write(bytes, waitingForLock: false)
    }
    do throws(Errno) {
      switch work {
      case .append(let bytes):
        try appended?.append(bytes)
        beforeFlush()
        try appended?.synchronize()
      case .replace: appended = try AppendedFile(path: file.path)
      }
    } catch {
      throw .system(error)
    }
  }
}
