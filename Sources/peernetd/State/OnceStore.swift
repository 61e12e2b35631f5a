import Admin
import Linux
import PeerNet
import Sodium

/// The journal of `agent.once` on disk: a file to which records are appended, written anew when it has grown too large or its
/// end is in doubt.
///
/// A file that is no such journal is told, left as it is and not written over: nothing runs by it until it is gone.
final class OnceStore {
  private(set) var journal = OnceJournal()
  private let file: DurableFile
  private var appended: AppendedFile?
  private var isForeign = false

  /// The file is written anew above twice of what counts, but not below this.
  private static let smallSize = 32 << 10

  init(_ paths: StatePaths) { file = DurableFile(path: paths.once) }

  var path: [UInt8] { file.path }

  /// Reads the file, once. Returns how many of its bytes are damaged.
  func load(now: Instant) throws(FileError) -> Int {
    isForeign = true
    guard let bytes = try file.read() else {
      isForeign = false
      return 0
    }
    guard let (journal, damaged) = OnceJournal.read(bytes, now: now) else { throw .notRegular }
    self.journal = journal
    isForeign = false
    return damaged
  }

  /// Notes the start of a call, or throws and has noted nothing.
  func start(_ call: OnceCall, by caller: PublicKey, seconds: Int64, boot: [UInt8], now: Instant) throws(Refusal) {
    let record = try journal.start(call, by: caller, seconds: seconds, boot: boot, now: now)
    do throws(FileError) { try write(record) } catch {
      journal.forget(call.key, of: caller)
      throw .once(.noJournal)
    }
  }

  /// Notes an outcome. When that fails it is remembered as long as the process lives.
  func finish(_ key: [UInt8], of caller: PublicKey, _ reply: Reply, now: Instant) throws(FileError) {
    guard let record = journal.finish(key, of: caller, reply, now: now) else { return }
    try write(record)
  }

  /// Forgets whoever was unpaired.
  func forgetAll(but isPeer: (PublicKey) -> Bool) throws(FileError) {
    if journal.forgetAll(but: isPeer) { try rewrite() }
  }

  private func write(_ record: [UInt8]) throws(FileError) {
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

  private func rewrite() throws(FileError) {
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
