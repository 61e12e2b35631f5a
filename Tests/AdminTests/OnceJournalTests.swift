import ETF
import PeerNet
import Sodium
import Testing

@testable import Admin

/// The journal of `agent.once` as a value: what it remembers, for whom, how long, and what a power cut leaves of it.
@Suite struct OnceJournalTests {
  private let anna = PublicKey(1, 2, 3, 4)
  private let bert = PublicKey(5, 6, 7, 8)
  private let boot = bytes("b1")
  private let start = Instant(nanoseconds: 1_000_000_000)

  private func call(_ number: Int, _ level: Int64 = 1) throws -> OnceCall {
    let key = [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 0xff)]
    return try OnceCall(
      .tuple([
        .binary(key), atom("gpio.write"), map((binary("line"), binary("led")), (binary("value"), .integer(level))),
      ])
    )
  }

  @discardableResult
  private func begin(
    _ journal: OnceJournal, _ number: Int, by caller: PublicKey? = nil, at now: Instant? = nil
  ) throws -> [UInt8] {
    let begun = try journal.start(call(number), by: caller ?? anna, seconds: 7, boot: boot, now: now ?? start)
    #expect(journal.begin(begun.entry))
    return begun.record
  }

  private func refusal(_ journal: OnceJournal, _ number: Int, at now: Instant) throws -> OnceRefusal? {
    do throws(OnceRefusal) {
      _ = try journal.start(try! call(number), by: anna, seconds: 7, boot: boot, now: now)
      return nil
    } catch { return error }
  }

  @discardableResult
  private func end(
    _ journal: OnceJournal, _ number: Int, _ reply: Reply = .ok(.integer(1)), of caller: PublicKey? = nil,
    at now: Instant? = nil
  ) throws -> [UInt8] {
    let entry = try #require(journal.entry(call(number).key, of: caller ?? anna))
    let record = try #require(journal.finish(entry, reply, now: now ?? start))
    #expect(entry.isPending, "it waits for the disk")
    entry.settle()
    return record
  }

  private func read(_ bytes: [UInt8]) throws -> (journal: OnceJournal, reading: OnceJournal.Reading) {
    let journal = OnceJournal()
    return (journal, try #require(journal.read(bytes, now: start)))
  }

  /// What a caller would meet who asks for this call.
  private enum Standing: Equatable {
    case new, running, mismatch
    case past(Reply)
  }

  private static let unknown = Standing.past(.error(binary("unknown: the agent ended before it was through")))

  private func standing(_ journal: OnceJournal, _ call: OnceCall, of caller: PublicKey? = nil) -> Standing {
    guard let entry = journal.entry(call.key, of: caller ?? anna) else { return .new }
    guard entry.isBound(to: call) else { return .mismatch }
    return entry.isPending ? .running : .past(entry.repeated(.gpioList, boot: boot))
  }

  @Test func aRepetitionGetsTheFirstOutcome() throws {
    let journal = OnceJournal()
    let first = try call(1)
    #expect(standing(journal, first) == .new)
    try begin(journal, 1)
    #expect(standing(journal, first) == .running)
    #expect(standing(journal, first, of: bert) == .new, "a key is its caller's own")
    try end(journal, 1, .error(binary("busy: later")))
    #expect(standing(journal, first) == .past(.error(binary("busy: later"))))
  }

  @Test func aKeyStandsForOneCall() throws {
    let journal = OnceJournal()
    try begin(journal, 1)
    #expect(try standing(journal, call(1, 0)) == .mismatch)
    let other = try OnceCall(.tuple([.binary(call(1).key), atom("system.reboot"), call(1).arguments]))
    #expect(standing(journal, other) == .mismatch)
    // The same in other words of the wire.
    let list = try OnceCall(.list([.binary(call(1).key), binary("gpio.write"), call(1).arguments]))
    #expect(standing(journal, list) == .running)
  }

  @Test func aFileTellsTheSame() throws {
    let journal = OnceJournal()
    var appended = journal.bytes
    var chain = OnceChain()
    for record in try [begin(journal, 1), begin(journal, 2, by: bert), end(journal, 1)] {
      appended += record + chain.link(record)
    }
    #expect(appended.starts(with: bytes("peernet-once 1\n")))
    for file in [appended, journal.bytes] {
      let (again, reading) = try read(file)
      #expect(reading == .whole && again.byteCount == journal.byteCount)
      #expect(try standing(again, call(1)) == standing(journal, call(1)))
      // What ran when the power went has no outcome, and keeps its key.
      #expect(try standing(again, call(2), of: bert) == Self.unknown)
      #expect(try standing(again, call(2, 0), of: bert) == .mismatch)
    }
  }

  /// Whatever was on disk before the cut is still known, and what was not is as if nobody had asked.
  @Test func aPowerCutAtEachByteLeavesWhatWasWrittenBefore() throws {
    let journal = OnceJournal()
    var file = journal.bytes
    var chain = OnceChain()
    func append(_ record: [UInt8]) { file += record + chain.link(record) }
    var marks: [(end: Int, standings: [Standing])] = []
    let calls = try (1...3).map { try call($0) }
    func mark() throws {
      let known = try read(file).journal
      marks.append((file.count, calls.map { standing(known, $0) }))
    }
    try mark()
    for number in 1...3 {
      append(try begin(journal, number))
      try mark()
      guard number < 3 else { break }
      append(try end(journal, number, .ok(binary("outcome \(number)"))))
      try mark()
    }
    #expect(marks.last?.standings.map { $0 == .new } == [false, false, false])
    for cut in 0..<file.count {
      // In the place of the rest nothing, or zeros where the file system had made it longer already.
      for noise in [[], [0, 0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
        let last = marks.last { $0.end <= cut }
        let isAtMark = last?.end == cut
        let (known, reading) = try read(Array(file[..<cut]) + (isAtMark ? noise : []))
        #expect(calls.map { standing(known, $0) } == last?.standings ?? [.new, .new, .new])
        let count = cut - (last?.end ?? 0) + (isAtMark ? noise.count : 0)
        #expect(reading == (count == 0 ? .whole : .cut(count)), "cut to \(cut)")
        #expect(try refusal(known, 100, at: start) == nil)
      }
    }
  }

  /// Two calls, begun and ended, as a file.
  private func two() throws -> (journal: OnceJournal, file: [UInt8], records: [[UInt8]]) {
    let journal = OnceJournal()
    let head = journal.bytes
    let records = try [begin(journal, 1), begin(journal, 2), end(journal, 1), end(journal, 2)]
    var chain = OnceChain()
    var file = head
    for record in records { file += record + chain.link(record) }
    return (journal, file, records)
  }

  /// Wherever the file was changed: a call is known as before, or nothing new is taken until it would be forgotten anyway.
  @Test func noDamageLetsACallRunAgain() throws {
    let (journal, file, records) = try two()
    for offset in bytes("peernet-once 1\n").count..<file.count {
      for change in [0x01, 0x20, 0xff] as [UInt8] {
        var wrong = file
        wrong[offset] ^= change
        let (known, reading) = try read(wrong)
        let isLost = try (1...2).contains { number in try standing(known, call(number)) == .new }
        // The last record's length alone can be changed so that it looks as if a power cut had taken its end.
        if case .cut = reading {
          #expect(!isLost && offset > file.count - records[3].count - 8)
          continue
        }
        guard case .damaged = reading else {
          Issue.record("byte \(offset) changed by \(change): \(reading)")
          continue
        }
        let end = start + OnceEntry.unknownAge
        #expect(try refusal(known, 100, at: end - .milliseconds(1)) == .damaged)
        // What is known still is, and what is left of the file tells the same.
        #expect(try standing(known, call(2)) != .new || standing(known, call(1)) == standing(journal, call(1)))
        #expect(try read(known.bytes).reading == .whole)
        #expect(try refusal(known, 100, at: end) == nil)
      }
    }
  }

  @Test func aMissingRecordIsNoticed() throws {
    let (_, file, records) = try two()
    var offset = bytes("peernet-once 1\n").count
    for record in records.dropLast() {
      let end = offset + record.count + OnceChain.linkByteCount
      #expect(try read(Array(file[..<offset]) + Array(file[end...])).reading == .damaged(0))
      // A block of zeros, as a card that lost it gives back.
      let zeros = [UInt8](repeating: 0, count: end - offset)
      #expect(try read(Array(file[..<offset]) + zeros + Array(file[end...])).reading == .damaged(zeros.count))
      offset = end
    }
    // In another order.
    let first = records[0].count + OnceChain.linkByteCount
    let head = bytes("peernet-once 1\n").count
    var swapped = Array(file[..<head])
    swapped += file[(head + first)..<(head + 2 * first)]
    swapped += file[head..<(head + first)]
    swapped += file[(head + 2 * first)...]
    #expect(try read(swapped).reading == .damaged(0))
    // What is behind the end and no record's beginning.
    #expect(try read(file + [0xff, 0, 0x43]).reading == .damaged(3))
  }

  @Test(arguments: ["peernet-trust 1\n", "peernet-once1", "peernet-once x\n", "peernet-once 0\n", "{}", "\0\0\0\0"])
  func aFileOfSomebodyElseIsNone(_ text: String) {
    #expect(OnceJournal().read(bytes(text), now: start) == nil)
  }

  @Test func aLaterFormatIsReadAsFarAsItIsUnderstood() throws {
    let journal = OnceJournal()
    let first = try begin(journal, 1)
    // A record of a kind that does not exist yet.
    let later = OnceRecord.bytes(9, bert.bytes + [UInt8](repeating: 1, count: 16), [1])
    var chain = OnceChain()
    var file = bytes("peernet-once 2\n")
    for record in [later, first] { file += record + chain.link(record) }
    let (known, reading) = try read(file)
    #expect(reading == .whole)
    #expect(try standing(known, call(1)) == Self.unknown)
  }

  // MARK: Bounds

  @Test func theOldestOutcomeMakesRoom() throws {
    let journal = OnceJournal()
    for number in 0..<OnceJournal.maximumEntriesOfCaller {
      try begin(journal, number)
      try end(journal, number)
    }
    try begin(journal, 100, by: bert)
    try end(journal, 100, of: bert)
    try begin(journal, 1_000)
    #expect(try standing(journal, call(0)) == .new)
    #expect(try standing(journal, call(1)) != .new)
    #expect(try standing(journal, call(100), of: bert) != .new, "one caller's haste costs no other")
  }

  @Test func whatRunsIsNotForgotten() throws {
    let journal = OnceJournal()
    for number in 0..<OnceJournal.maximumEntriesOfCaller { try begin(journal, number) }
    let before = journal.byteCount
    let later = start + OnceEntry.age + OnceEntry.age
    #expect(try refusal(journal, 1_000, at: later) == .quota)
    #expect(journal.byteCount == before)
    try begin(journal, 1_001, by: bert, at: later)
    try end(journal, 7)
    try begin(journal, 1_000, at: later)
    #expect(try standing(journal, call(7)) == .new)
  }

  /// A board that dies again and again does not keep its operator out for good.
  @Test func anUnknownOutcomeIsKeptForAnHour() throws {
    let journal = OnceJournal()
    for number in 0..<OnceJournal.maximumEntriesOfCaller { try begin(journal, number) }
    let again = try read(journal.bytes).journal
    let soon = start + OnceEntry.unknownAge - .seconds(1)
    #expect(try refusal(again, 1_000, at: soon) == .quota)
    try begin(again, 1_000, at: soon + .seconds(1))
    #expect(try standing(again, call(0)) == .new)
    #expect(try standing(again, call(1)) != .new)
  }

  @Test func anOutcomeIsForgottenAfterADay() throws {
    let journal = OnceJournal()
    try begin(journal, 1)
    try end(journal, 1)
    try begin(journal, 2, at: start + OnceEntry.age - .seconds(1))
    #expect(try standing(journal, call(1)) != .new)
    try begin(journal, 3, at: start + OnceEntry.age)
    #expect(try standing(journal, call(1)) == .new)
    #expect(try standing(journal, call(2)) == .running)
  }

  @Test func bytesAreBounded() throws {
    let journal = OnceJournal()
    let large = Reply.ok(.binary([UInt8](repeating: 1, count: OnceEntry.maximumReply - 64)))
    for caller in 0..<40 {
      for number in 0..<8 {
        let key = PublicKey(UInt64(caller), 0, 0, 0)
        try begin(journal, number, by: key)
        try end(journal, number, large, of: key)
        #expect(journal.byteCount <= OnceJournal.maximumBytes + OnceEntry.maximumReply + 256)
        let own = journal.entries.filter { $0.isOf(caller: key.bytes) }.reduce(0) { $0 + $1.byteCount }
        #expect(own <= OnceJournal.maximumBytesOfCaller + OnceEntry.maximumReply + 256)
        #expect(try standing(journal, call(number), of: key) != .new)
      }
    }
    #expect(journal.byteCount > OnceJournal.maximumBytes / 2)
  }

  @Test func anAnswerTooLargeToKeepSaysThatItWasDone() throws {
    let journal = OnceJournal()
    try begin(journal, 1)
    try end(journal, 1, .ok(.binary([UInt8](repeating: 1, count: OnceEntry.maximumReply))))
    #expect(
      try standing(journal, call(1))
        == .past(.error(binary("too_large: it was carried out, its answer is too large to be kept"))))
  }

  @Test func whoIsUnpairedLeavesNothing() throws {
    let journal = OnceJournal()
    try begin(journal, 1)
    try begin(journal, 2, by: bert)
    let entry = try #require(journal.entry(call(1).key, of: anna))
    #expect(!journal.forgetAll { _ in true })
    let gone = journal.forgetAll { $0 == bert }
    #expect(gone)
    #expect(try standing(journal, call(1)) == .new)
    #expect(try standing(journal, call(2), of: bert) == .running)
    #expect(journal.finish(entry, .ok(.integer(1)), now: start) == nil)
  }
}
