import ETF
import PeerNet
import Sodium

/// What was carried out once for whom, and what came of it: the value behind `agent.once`, without its file
/// (Protocol, Once-only calls).
///
/// Each change gives the bytes of a record. They have to be on disk before the caller goes on: the start of a call before
/// it runs, its outcome before it is answered.
public struct OnceJournal: Sendable {
  /// What the journal knows of a call.
  public enum Standing: Equatable, Sendable {
    /// Nothing: it may run.
    case new
    /// It runs.
    case running
    /// It ran. No reply: the agent or the board ended before it was through.
    case past(OnceRun, reply: Reply?)
    /// The key was used for another call.
    case mismatch
  }

  enum State: Equatable {
    case running
    case interrupted
    case finished(reply: [UInt8])
  }

  struct Entry {
    let caller: PublicKey
    let key: [UInt8]
    let run: OnceRun
    var state = State.running
    /// When the state came about, or the file was read.
    var since: Instant
    /// Of its records.
    var byteCount: Int

    /// What still runs is never forgotten, and what nobody knows the outcome of is not soon.
    func mayGo(_ now: Instant) -> Bool {
      switch state {
      case .running: false
      case .interrupted: now - since >= OnceJournal.interruptedAge
      case .finished: true
      }
    }
  }

  /// Calls of one peer that are remembered.
  public static var maximumEntriesOfCaller: Int { 32 }
  /// Bytes of the records of one peer's calls.
  public static var maximumBytesOfCaller: Int { 16 << 10 }
  /// Bytes of all records.
  public static var maximumBytes: Int { 64 << 10 }
  /// Bytes of a reply, encoded.
  public static var maximumReply: Int { 4 << 10 }
  /// How long an outcome is remembered, in time that the agent runs.
  public static var age: Duration { .seconds(24 * 3600) }
  /// How long it is remembered at least that an outcome is not known.
  public static var interruptedAge: Duration { .seconds(3600) }

  /// The oldest first.
  private(set) var entries: [Entry] = []

  /// Nothing was called yet.
  public init() {}

  /// Bytes of all records that still count.
  public var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

  /// Whether nothing is remembered.
  public var isEmpty: Bool { entries.isEmpty }

  // MARK: Calls

  /// What is known of this call of the caller's.
  public func standing(of call: OnceCall, by caller: PublicKey) -> Standing {
    guard let entry = index(caller, call.key).map({ entries[$0] }) else { return .new }
    guard entry.run.binding == call.binding else { return .mismatch }
    switch entry.state {
    case .running: return .running
    case .interrupted: return .past(entry.run, reply: nil)
    case .finished(let bytes): return .past(entry.run, reply: Reply(recorded: bytes))
    }
  }

  /// Notes that a new call begins, in the place of the caller's oldest if there is no other. The record must be on disk
  /// before anything runs; where it cannot be written, ``forget(_:of:)``.
  public mutating func start(
    _ call: OnceCall, by caller: PublicKey, seconds: Int64, boot: [UInt8], now: Instant
  ) throws(Refusal) -> [UInt8] {
    let run = OnceRun(binding: call.binding, seconds: seconds, bootIdentifier: boot)
    let record = OnceRecord.started(caller, call.key, run)
    entries.removeAll { $0.mayGo(now) && now - $0.since >= Self.age }
    while isFull(for: caller) { try evict(now) { $0.caller == caller } }
    while byteCount + record.count > Self.maximumBytes { try evict(now) { _ in true } }
    entries.append(Entry(caller: caller, key: call.key, run: run, since: now, byteCount: record.count))
    return record
  }

  /// Notes what a running call came to, which the record says. Nil when nobody remembers the call: its caller was unpaired.
  public mutating func finish(_ key: [UInt8], of caller: PublicKey, _ reply: Reply, now: Instant) -> [UInt8]? {
    guard let index = index(caller, key), entries[index].state == .running else { return nil }
    var bytes = reply.recorded
    if bytes.count > Self.maximumReply {
      bytes = Reply.failure("too_large: it was carried out, its answer is too large to be kept").recorded
    }
    let record = OnceRecord.finished(caller, key, reply: bytes)
    entries[index].state = .finished(reply: bytes)
    entries[index].since = now
    entries[index].byteCount += record.count
    return record
  }

  /// Takes back the start of a call that did not run.
  public mutating func forget(_ key: [UInt8], of caller: PublicKey) {
    if let index = index(caller, key) { entries.remove(at: index) }
  }

  /// Forgets whoever is not a peer any more. Whether there was anyone.
  public mutating func forgetAll(but isPeer: (PublicKey) -> Bool) -> Bool {
    let before = entries.count
    entries.removeAll { !isPeer($0.caller) }
    return entries.count < before
  }

  /// The run of a call that is remembered.
  public func run(_ key: [UInt8], of caller: PublicKey) -> OnceRun? { index(caller, key).map { entries[$0].run } }

  private func index(_ caller: PublicKey, _ key: [UInt8]) -> Int? {
    entries.firstIndex { $0.caller == caller && $0.key == key }
  }

  private func isFull(for caller: PublicKey) -> Bool {
    var count = 0
    var bytes = 0
    for entry in entries where entry.caller == caller {
      count += 1
      bytes += entry.byteCount
    }
    return count >= Self.maximumEntriesOfCaller || bytes > Self.maximumBytesOfCaller
  }

  /// Forgets the oldest of these that may go.
  private mutating func evict(_ now: Instant, _ isMeant: (Entry) -> Bool) throws(Refusal) {
    guard let index = entries.firstIndex(where: { isMeant($0) && $0.mayGo(now) }) else { throw .once(.quota) }
    entries.remove(at: index)
  }

  // MARK: Bytes

  private static var title: StaticString { "peernet-once " }
  private static var version: StaticString { "1\n" }

  /// All that is remembered, as a file.
  public var bytes: [UInt8] {
    var bytes = [UInt8](Self.title)
    bytes.append(text: Self.version)
    for entry in entries {
      bytes.append(contentsOf: OnceRecord.started(entry.caller, entry.key, entry.run))
      if case .finished(let reply) = entry.state {
        bytes.append(contentsOf: OnceRecord.finished(entry.caller, entry.key, reply: reply))
      }
    }
    return bytes
  }

  /// Reads a file: every record that is whole and right counts. What ran when it was last written is taken for interrupted.
  ///
  /// - Returns: also how many bytes are no such record, as a power cut leaves them behind the last one. Nil for the file of
  ///   somebody else.
  public static func read(_ bytes: [UInt8], now: Instant) -> (journal: OnceJournal, damaged: Int)? {
    var journal = OnceJournal()
    guard bytes.hasPrefix(title), let end = bytes.prefix(24).firstIndex(of: 0x0a) else {
      let head = [UInt8](title) + [UInt8](version)
      return head.starts(with: bytes) ? (journal, bytes.count) : nil
    }
    guard let number = bytes[13..<end].decimal, number > 0 else { return nil }
    var offset = end + 1
    var damaged = 0
    while offset < bytes.count {
      if let record = OnceRecord(bytes, at: offset) {
        journal.take(record, now: now)
        offset += record.byteCount
      } else {
        damaged += 1
        offset += 1
      }
    }
    return (journal, damaged)
  }

  private mutating func take(_ record: OnceRecord, now: Instant) {
    let index = index(record.caller, record.key)
    switch record.content {
    case .started(let run):
      if let index { entries.remove(at: index) }
      entries.append(
        Entry(
          caller: record.caller, key: record.key, run: run, state: .interrupted, since: now,
          byteCount: record.byteCount))
    case .finished(let reply):
      guard let index, entries[index].state == .interrupted else { return }
      entries[index].state = .finished(reply: reply)
      entries[index].byteCount += record.byteCount
    case .other: break
    }
  }
}

extension Reply {
  /// As it is written down.
  fileprivate var recorded: [UInt8] {
    switch self {
    case .ok(let value): Term.tuple([.atom("ok"), value]).encoded()
    case .error(let reason): Term.tuple([.atom("error"), reason]).encoded()
    }
  }

  /// Nil for bytes that are no reply.
  fileprivate init?(recorded bytes: [UInt8]) {
    guard let term = try? Term.decode(bytes), let elements = term.elements, elements.count == 2,
      let verdict = elements[0].atomBytes
    else { return nil }
    if verdict.equals("ok") {
      self = .ok(elements[1])
    } else if verdict.equals("error") {
      self = .error(elements[1])
    } else {
      return nil
    }
  }
}
