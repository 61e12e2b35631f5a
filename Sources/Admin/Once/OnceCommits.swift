import PeerNet

/// What the journal has to bring to disk, in batches: while one is written and flushed, the next gathers, so that many records
/// wait for the disk once.
public struct OnceCommits {
  /// What is to be done to the file.
  public enum Work: Equatable, Sendable {
    /// These bytes belong behind its end.
    case append([UInt8])
    /// It is to hold these bytes and no others. With `ifMissing` only where no file stands: the one that is there is not ours to
    /// replace.
    case replace([UInt8], ifMissing: Bool)
  }

  private enum File {
    /// Ends with a whole record.
    case sound(size: Int, OnceChain)
    /// Its end is in doubt, or there is none.
    case doubtful
    /// Records of it may be lost, or it is somebody else's: it stays until then, or for good, unless it is taken away.
    case kept(until: Instant)
  }

  private struct Item {
    let record: [UInt8]
    let then: (_ isWritten: Bool) -> Void
  }

  /// The file is written anew above twice of what counts, but not below this.
  private static var smallSize: Int { 32 << 10 }

  private var file: File = .doubtful
  private var gathered: [Item] = []
  private var atDisk: [Item]?
  /// What the file is once the batch is there.
  private var target: File = .doubtful
  private var isRewriteWanted = false

  /// Nothing to do; the file is written anew with the first batch.
  public init() {}

  /// The file that is there is not written over before that time.
  public mutating func keepFile(until: Instant) { file = .kept(until: until) }

  /// Has a record brought to disk. `then` is told whether it is there; until then nothing may be built on it.
  public mutating func add(_ record: [UInt8], then: @escaping (_ isWritten: Bool) -> Void) {
    gathered.append(Item(record: record, then: then))
  }

  /// Has everything that is not remembered any more taken out of the file.
  public mutating func rewrite() {
    if case .kept = file { return }
    isRewriteWanted = true
  }

  /// The next batch, which holds all that gathered; nil while one is at the disk, or when there is nothing to do.
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

  /// The batch that was given last is on disk, or is not: whom to tell. Until ``release()`` what comes only gathers.
  public mutating func ended(isWritten: Bool) -> [(Bool) -> Void] {
    if isWritten {
      file = target
    } else if case .sound = file {
      // A part of it may be there.
      file = .doubtful
    }
    return atDisk.map { $0.map { $0.then } } ?? []
  }

  /// They were told.
  public mutating func release() { atDisk = nil }
}
