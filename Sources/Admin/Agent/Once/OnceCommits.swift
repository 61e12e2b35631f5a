import PeerNet

/// What the journal has to bring to disk, in batches: while one is written and flushed, the next gathers, so that many records
/// wait for the disk once.
public struct OnceCommits {
  /// How the file is to be changed.
  public enum Work: Equatable, Sendable {
    /// Append these bytes.
    case append([UInt8])
    /// Replace the file by these bytes. With `ifMissing`, only if there is no file: a file of somebody else is not
    /// replaced.
    case replace([UInt8], ifMissing: Bool)
  }

  private enum File {
    /// The file ends with a whole record.
    case sound(size: Int, OnceChain)
    /// There is no file, or its end is in doubt.
    case doubtful
    /// Records of the file may be lost, or it is somebody else's. It is left alone until this time, or for good, unless
    /// the operator removes it.
    case kept(until: Instant)
  }

  private struct Item {
    let record: [UInt8]
    let then: (_ isWritten: Bool) -> Void
  }

  /// The file is rewritten when it has twice the size of what still counts, but not below this size.
  private static var smallSize: Int { 32 << 10 }

  private var file: File = .doubtful
  private var gathered: [Item] = []
  private var atDisk: [Item]?
  /// The state of the file once the batch is on disk.
  private var target: File = .doubtful
  private var isRewriteWanted = false

  /// Starts with nothing to do; the first batch rewrites the file.
  public init() {}

  /// Leaves the existing file alone until that time.
  public mutating func keepFile(until: Instant) { file = .kept(until: until) }

  /// Queues a record for the disk. `then` is called with whether it arrived; until then nothing may rely on it.
  public mutating func add(_ record: [UInt8], then: @escaping (_ isWritten: Bool) -> Void) {
    gathered.append(Item(record: record, then: then))
  }

  /// Queues a rewrite of the file without the records that are no longer remembered.
  public mutating func rewrite() {
    if case .kept = file { return }
    isRewriteWanted = true
  }

  /// The next batch, with everything that has gathered; nil while another one is being written, or when there is
  /// nothing to do.
  public mutating func next(_ journal: OnceJournal, now: Instant) -> Work? {
    guard atDisk == nil, !gathered.isEmpty || isRewriteWanted else { return nil }
    atDisk = gathered
    gathered = []
    if case .sound(var size, var chain) = file, !isRewriteWanted {
      var bytes: [UInt8] = []
      for item in atDisk! { bytes += item.record + chain.link(item.record) }
      size += bytes.count
      if size <= max(Self.smallSize, 2 * journal.byteCount) {
        target = .sound(size: size, chain)
        return .append(bytes)
      }
    }
    isRewriteWanted = false
    let (bytes, chain) = journal.file
    target = .sound(size: bytes.count, chain)
    if case .kept(let until) = file, now < until { return .replace(bytes, ifMissing: true) }
    return .replace(bytes, ifMissing: false)
  }

  /// The last batch was written, or failed: returns who waits for it. Until ``release()`` new records only gather.
  public mutating func ended(isWritten: Bool) -> [(Bool) -> Void] {
    if isWritten {
      file = target
    } else if case .sound = file {
      // Part of the batch may be in the file.
      file = .doubtful
    }
    return atDisk.map { $0.map { $0.then } } ?? []
  }

  /// Everyone who waited has been told: batches go on.
  public mutating func release() { atDisk = nil }
}
