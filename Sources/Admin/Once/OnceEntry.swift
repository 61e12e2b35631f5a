import ETF
import PeerNet
import Sodium

/// A call that the journal remembers.
public final class OnceEntry {
  enum State: Equatable {
    /// The record of the call's start waits for the disk.
    case queued
    case running
    /// The record of the call's outcome waits for the disk.
    case finishing([UInt8])
    case ended([UInt8])
    /// The agent ended before the call was done.
    case interrupted
  }

  private let started: [UInt8]
  private var state: State
  /// Who waits for it. At most ``maximumWaiting``: most of them came by a connection that is gone.
  private var waiting: [(Reply) -> Void] = []
  /// When that changed last, or the file was read.
  private var since: Instant

  /// How long an outcome is remembered, in time that the agent runs.
  static var age: TimeSpan { .seconds(24 * 3600) }
  /// How long it is remembered at least that an outcome is not known.
  static var unknownAge: TimeSpan { .seconds(3600) }
  /// Requests that wait for one outcome.
  static var maximumWaiting: Int { 8 }
  /// Bytes of a reply, encoded.
  static var maximumReply: Int { 4 << 10 }

  init(started: [UInt8], _ state: State, now: Instant) {
    self.started = started
    self.state = state
    since = now
  }

  /// The record of the start, and that of the outcome if it is known.
  var records: [[UInt8]] { finished.map { [started, $0] } ?? [started] }
  /// How many bytes its records take in the file, with their links of the chain.
  var byteCount: Int {
    var count = 0
    for record in records { count += record.count + OnceChain.linkByteCount }
    return count
  }

  private var finished: [UInt8]? {
    switch state {
    case .finishing(let record), .ended(let record): record
    case .queued, .running, .interrupted: nil
    }
  }

  var isQueued: Bool { state == .queued }

  /// Whether the outcome is still to come; a caller that repeats the call waits for it.
  public var isPending: Bool {
    switch state {
    case .queued, .running, .finishing: true
    case .ended, .interrupted: false
    }
  }

  func isOf(_ who: [UInt8]) -> Bool { [UInt8](started[OnceRecord.who]) == who }
  func isOf(caller: [UInt8]) -> Bool { [UInt8](started[OnceRecord.caller]) == caller }
  var caller: PublicKey { PublicKey([UInt8](started[OnceRecord.caller]))! }

  /// Whether this is the call that its key stands for.
  public func isBound(to call: OnceCall) -> Bool { [UInt8](started[OnceRecord.binding]) == call.binding }

  /// What still runs is never forgotten, and what nobody knows the outcome of is not soon.
  func mayGo(_ now: Instant) -> Bool {
    !isPending && (finished != nil || now - since >= Self.unknownAge)
  }

  func isOld(_ now: Instant) -> Bool { !isPending && now - since >= Self.age }

  /// Has `answer` called with the outcome, or at once when too many others came after it.
  public func wait(_ answer: @escaping (Reply) -> Void) {
    guard waiting.count == Self.maximumWaiting else { return waiting.append(answer) }
    waiting[waiting.count - 1](.error(Refusal.once(.crowded).reason))
    waiting[waiting.count - 1] = answer
  }

  /// Answers whoever waits: the first ran it.
  public func answer(_ reply: Reply, boot: [UInt8]) {
    let waiting = waiting
    self.waiting = []
    var isRepeated = false
    for answer in waiting {
      answer(adding(to: reply, isRepeated: isRepeated, boot: boot))
      isRepeated = true
    }
  }

  /// Takes the outcome; the record says it.
  func finish(_ reply: Reply, now: Instant) -> [UInt8] {
    var bytes = reply.recorded
    if bytes.count > Self.maximumReply {
      bytes = Reply.failure("too_large: it was carried out, its answer is too large to be kept").recorded
    }
    let record = OnceRecord.bytes(OnceRecord.finished, [UInt8](started[OnceRecord.who]), bytes)
    state = .finishing(record)
    since = now
    return record
  }

  /// The same from the file.
  func finish(_ record: [UInt8]) { state = .ended(record) }

  func begin() { state = .running }

  /// The record of the outcome is on disk, or could not be written: from now on a repeated call gets the outcome.
  public func settle() {
    if case .finishing(let record) = state { state = .ended(record) }
  }

  // MARK: Answers

  /// When it began, in seconds since 1970 by the board's clock, which may be wrong: for the reader's eye.
  private var seconds: Int64 {
    var seconds: Int64 = 0
    for index in OnceRecord.seconds.reversed() { seconds = seconds << 8 | Int64(started[index]) }
    return seconds
  }

  /// Of the board's start that it began after; empty when that was not known.
  private var boot: [UInt8] { OnceRecord.own(started, from: OnceRecord.seconds.upperBound) }

  /// Whether the board was started anew since; nil when that cannot be told.
  private func hasRestarted(_ boot: [UInt8]) -> Bool? {
    self.boot.isEmpty || boot.isEmpty ? nil : self.boot != boot
  }

  /// What a repetition is told.
  ///
  /// The answer of a reboot is recorded before the reboot is carried out. Where only its beginning is, and the board was
  /// started anew since, then what was asked for has happened, whatever caused it.
  public func repeated(_ plan: Plan, boot: [UInt8]) -> Reply {
    if let reply = Reply(recorded: finished ?? []) { return adding(to: reply, isRepeated: true, boot: boot) }
    let hasRestarted = hasRestarted(boot)
    if case .power(let power) = plan, power.action == .reboot, !power.isDryRun, hasRestarted == true {
      return adding(to: .ok(power.answer(under: nil)), isRepeated: true, boot: boot)
    }
    return .error(.binary([UInt8](OnceRefusal.unknown(hasRestarted: hasRestarted == true).reason)))
  }

  /// The reply with what is known of the run under the key `once`, if its answer is a map:
  ///
  /// | key | value |
  /// |---|---|
  /// | `repeated` | `true`: an earlier request ran it, and this is that one's answer |
  /// | `at` | when it began, in seconds since 1970, by the board's clock |
  /// | `boot_id` | the start of the board that it began after, as in `system.info` |
  /// | `restarted` | `true`: the board was started anew since |
  public func adding(to reply: Reply, isRepeated: Bool, boot: [UInt8]) -> Reply {
    guard case .ok(.map(let pairs)) = reply else { return reply }
    var once = Answer()
    once.put("repeated", flag: isRepeated)
    once.put("at", seconds)
    if let hasRestarted = hasRestarted(boot) {
      once.put("boot_id", self.boot)
      once.put("restarted", flag: hasRestarted)
    }
    return .ok(.map(pairs + [MapPair(.binary([UInt8]("once")), once.term)]))
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

  /// From the record of an outcome; nil for bytes that are none.
  fileprivate init?(recorded record: [UInt8]) {
    guard !record.isEmpty, let term = try? Term.decode(OnceRecord.own(record, from: OnceRecord.who.upperBound)),
      let elements = term.elements, elements.count == 2, let verdict = elements[0].atomBytes
    else { return nil }
    self = verdict.equals("ok") ? .ok(elements[1]) : .error(elements[1])
  }
}
