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
    return try #require(begun).record
  }

  @discardableResult
  private func end(
    _ journal: OnceJournal, _ number: Int, _ reply: Reply = .ok(.integer(1)), of caller: PublicKey? = nil,
    at now: Instant? = nil
  ) throws -> [UInt8] {
    let entry = try #require(journal.entry(call(number).key, of: caller ?? anna))
    return try #require(journal.finish(entry, reply, now: now ?? start))
  }

  private func read(_ bytes: [UInt8]) throws -> (journal: OnceJournal, damaged: Int) {
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
    return entry.isRunning ? .running : .past(entry.repeated(.gpioList, boot: boot))
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
    appended += try begin(journal, 1)
    appended += try begin(journal, 2, by: bert)
    appended += try end(journal, 1)
    #expect(appended.starts(with: bytes("peernet-once 1\n")))
    for file in [appended, journal.bytes] {
      let (again, damaged) = try read(file)
      #expect(damaged == 0 && again.byteCount == journal.byteCount)
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
    var marks: [(end: Int, standings: [Standing])] = []
    let calls = try (1...3).map { try call($0) }
    func mark() throws {
      let known = try read(file).journal
      marks.append((file.count, calls.map { standing(known, $0) }))
    }
    try mark()
    for number in 1...3 {
      file += try begin(journal, number)
      try mark()
      guard number < 3 else { break }
      file += try end(journal, number, .ok(binary("outcome \(number)")))
      try mark()
    }
    #expect(marks.last?.standings.map { $0 == .new } == [false, false, false])
    for cut in 0..<file.count {
      for noise in [[], [0xff, 0, 0x43, 0x41, 0x4c, 0x4c, 0xff]] as [[UInt8]] {
        let (known, damaged) = try read(Array(file[..<cut]) + (cut < marks[0].end ? [] : noise))
        let last = marks.last { $0.end <= cut }
        #expect(calls.map { standing(known, $0) } == last?.standings ?? [.new, .new, .new])
        #expect(damaged == cut - (last?.end ?? 0) + (cut < marks[0].end ? 0 : noise.count))
      }
    }
  }

  @Test func aDamagedRecordCostsNoOther() throws {
    let journal = OnceJournal()
    let head = journal.bytes
    let records = try [begin(journal, 1), begin(journal, 2), end(journal, 1), end(journal, 2)]
    for offset in 0..<records[0].count {
      var wrong = records[0]
      wrong[offset] ^= 0x20
      let (known, damaged) = try read(head + wrong + records[1] + records[2] + records[3])
      #expect(try standing(known, call(2)) == standing(journal, call(2)))
      #expect(try standing(known, call(1)) == .new)
      #expect(damaged == wrong.count)
    }
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
    let (known, damaged) = try read(bytes("peernet-once 2\n") + later + first)
    #expect(damaged == 0)
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
    #expect(try journal.start(call(1_000), by: anna, seconds: 7, boot: boot, now: later) == nil)
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
    #expect(try again.start(call(1_000), by: anna, seconds: 7, boot: boot, now: soon) == nil)
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
