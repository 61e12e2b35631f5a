import PeerNet
import Sodium

/// What was carried out once for whom, and what came of it: what is behind `agent.once`, without its file
/// (Protocol, Once-only calls).
///
/// Each change gives the bytes of a record. They have to be on disk before the caller goes on: the start of a call before
/// it runs, its outcome before it is answered.
public final class OnceJournal {
  /// Calls of one peer that are remembered.
  static var maximumEntriesOfCaller: Int { 32 }
  /// Bytes of the records of one peer's calls.
  static var maximumBytesOfCaller: Int { 16 << 10 }
  /// Bytes of all records.
  static var maximumBytes: Int { 64 << 10 }
  /// How many calls of one peer may wait for the disk to begin.
  static var maximumQueuedOfCaller: Int { 8 }

  /// The state in which a journal's file was found.
  public enum Reading: Equatable, Sendable {
    /// Every record is there.
    case whole
    /// The last record was cut off by a power cut, and so many bytes of it are left. The call of that record did not
    /// run.
    case cut(Int)
    /// Records may be lost, in or around this many bytes. New calls are refused for as long as an unknown outcome is
    /// remembered, because a lost record may be that of a call that ran.
    case damaged(Int)
  }

  /// The oldest first.
  private(set) var entries: [OnceEntry] = []
  /// Until when new calls are refused because records were lost.
  public private(set) var closedUntil: Instant?

  /// Nothing was called yet.
  public init() {}

  /// Bytes of all records that still count.
  public var byteCount: Int {
    var count = 0
    for entry in entries { count += entry.byteCount }
    return count
  }

  // MARK: Calls

  /// What is remembered under a caller's key. Nil: nothing, it may run.
  public func entry(_ key: [UInt8], of caller: PublicKey) -> OnceEntry? { entry(caller.bytes + key) }

  private func entry(_ who: [UInt8]) -> OnceEntry? {
    for entry in entries where entry.isOf(who) { return entry }
    return nil
  }

  /// Notes that a new call shall begin, in the place of old ones if there is no other, unless all of them are still needed. The
  /// record must be on disk before ``begin(_:)``; where it cannot be written, ``forget(_:)``.
  public func start(
    _ call: OnceCall, by caller: PublicKey, seconds: Int64, boot: [UInt8], now: Instant
  ) throws(OnceRefusal) -> (entry: OnceEntry, record: [UInt8]) {
    if let closedUntil {
      guard now >= closedUntil else { throw .damaged }
      self.closedUntil = nil
    }
    let caller = caller.bytes
    var queued = 0
    for entry in entries where entry.isQueued && entry.isOf(caller: caller) { queued += 1 }
    guard queued < Self.maximumQueuedOfCaller else { throw .hurried }
    var own = call.binding
    for shift in 0..<8 { own.append(UInt8(truncatingIfNeeded: seconds >> (8 * Int64(shift)))) }
    let record = OnceRecord.bytes(OnceRecord.started, caller + call.key, own + boot)
    for entry in entries where entry.isOld(now) { forget(entry) }
    while isFull(for: caller) { guard forgetOldest(of: caller, now) else { throw .quota } }
    while byteCount + record.count > Self.maximumBytes { guard forgetOldest(of: nil, now) else { throw .quota } }
    let entry = OnceEntry(started: record, .queued, now: now)
    entries.append(entry)
    return (entry, record)
  }

  private func isFull(for caller: [UInt8]) -> Bool {
    var count = 0
    var bytes = 0
    for entry in entries where entry.isOf(caller: caller) {
      count += 1
      bytes += entry.byteCount
    }
    return count >= Self.maximumEntriesOfCaller || bytes > Self.maximumBytesOfCaller
  }

  /// Forgets the oldest that may go, of this caller's or of all; whether there is one.
  private func forgetOldest(of caller: [UInt8]?, _ now: Instant) -> Bool {
    for entry in entries where entry.mayGo(now) && (caller.map { entry.isOf(caller: $0) } ?? true) {
      forget(entry)
      return true
    }
    return false
  }

  /// The record of the call's start is on disk, so the call runs from now on. False when the call was forgotten because
  /// its caller was unpaired.
  public func begin(_ entry: OnceEntry) -> Bool {
    guard isKnown(entry) else { return false }
    entry.begin()
    return true
  }

  /// Notes what a running call came to, which the record says. Until that is on disk, and it ``OnceEntry/settle()``s, a repetition
  /// waits. Nil when nobody remembers the call: its caller was unpaired.
  public func finish(_ entry: OnceEntry, _ reply: Reply, now: Instant) -> [UInt8]? {
    let record = entry.finish(reply, now: now)
    return isKnown(entry) ? record : nil
  }

  private func isKnown(_ entry: OnceEntry) -> Bool {
    for known in entries where known === entry { return true }
    return false
  }

  /// Takes back the start of a call that did not run.
  public func forget(_ gone: OnceEntry) {
    var kept: [OnceEntry] = []
    for entry in entries where entry !== gone { kept.append(entry) }
    entries = kept
  }

  /// Forgets whoever is not a peer any more. Whether there was anyone.
  public func forgetAll(but isPeer: (PublicKey) -> Bool) -> Bool {
    var isAnyone = false
    for entry in entries where !isPeer(entry.caller) {
      forget(entry)
      isAnyone = true
    }
    return isAnyone
  }

  // MARK: Bytes

  private static var title: StaticString { "peernet-once " }
  private static var head: StaticString { "peernet-once 1\n" }

  /// All that is remembered, as a file.
  public var bytes: [UInt8] { file.bytes }

  /// The same, and what the next record in it is tied to.
  var file: (bytes: [UInt8], chain: OnceChain) {
    var bytes = [UInt8](Self.head)
    var chain = OnceChain()
    for entry in entries {
      for record in entry.records { bytes += record + chain.link(record) }
    }
    return (bytes, chain)
  }

  /// Takes a file's contents in: every record that is whole and right counts. What ran when it was last written is taken
  /// for interrupted. Nil for the file of somebody else.
  public func read(_ bytes: [UInt8], now: Instant) -> Reading? {
    guard bytes.hasPrefix(Self.title), let end = bytes.firstIndex(of: 0x0a), end < 24 else {
      guard [UInt8](Self.head).starts(with: bytes) else { return nil }
      return bytes.isEmpty ? .whole : .cut(bytes.count)
    }
    // Of a later format what is understood.
    guard let version = bytes[13..<end].signedDecimal, version > 0 else { return nil }
    var offset = end + 1
    var chain = OnceChain()
    var lost = 0
    /// The offset of the first byte that belongs to no record.
    var gap: Int?
    var isDamaged = false
    while offset < bytes.count {
      if let record = OnceRecord.read(bytes, at: offset), offset + record.count + OnceChain.linkByteCount <= bytes.count
      {
        offset += record.count
        let isRight = chain.take([UInt8](bytes[offset..<offset + OnceChain.linkByteCount]), behind: record)
        if gap != nil || !isRight { isDamaged = true }
        gap = nil
        take(record, now: now)
        offset += OnceChain.linkByteCount
      } else {
        if gap == nil { gap = offset }
        lost += 1
        offset += 1
      }
    }
    if let gap, !OnceRecord.isCut(bytes, at: gap) { isDamaged = true }
    if isDamaged {
      closedUntil = now + OnceEntry.unknownAge
      return .damaged(lost)
    }
    return lost == 0 ? .whole : .cut(lost)
  }

  private func take(_ record: [UInt8], now: Instant) {
    let kind = record[OnceRecord.kind]
    let known = entry([UInt8](record[OnceRecord.who]))
    if kind == OnceRecord.started {
      if let known { forget(known) }
      entries.append(OnceEntry(started: record, .interrupted, now: now))
    } else if kind == OnceRecord.finished {
      known?.finish(record)
    }
  }
}
