import Admin
import Linux
import PeerNet

/// The journal of `agent.once` on disk: a file to which records are appended, written anew when it has grown too large or its
/// end is in doubt.
///
/// A file that is no such journal is told, left as it is and not written over: nothing runs by it until it is gone.
final class OnceStore {
  let journal = OnceJournal()
  private let file: DurableFile
  private var appended: AppendedFile?
  private var isForeign = true

  /// The file is written anew above twice of what counts, but not below this.
  private static let smallSize = 32 << 10

  init(path: [UInt8]) { file = DurableFile(path: path) }

  var path: [UInt8] { file.path }

  /// Reads the file, once. Returns how many of its bytes are damaged; nil for a file of somebody else.
  func load(now: Instant) throws(FileError) -> Int? {
    let damaged = journal.read(try file.read() ?? [], now: now)
    isForeign = damaged == nil
    return damaged
  }

  /// Brings a record of the journal's to disk.
  func write(_ record: [UInt8]) throws(FileError) {
    let size = (appended?.size ?? 0) + record.count
    guard appended != nil, size <= max(Self.smallSize, 2 * journal.byteCount) else { return try rewrite() }
    do throws(Errno) {
      try appended!.append(record)
      try appended!.synchronize()
    } catch {
      // A part of it may be there: the next one goes to a new file.
      appended = nil
      throw .system(error)
    }
  }

  /// Brings all that the journal remembers to disk, and nothing else.
  func rewrite() throws(FileError) {
    if isForeign {
      guard try file.read() == nil else { throw .notRegular }
      isForeign = false
    }
    appended = nil
    try file.write(journal.bytes, waitingForLock: false)
    // What cannot be appended to is written anew each time.
    appended = try? AppendedFile(path: file.path)
  }
}
