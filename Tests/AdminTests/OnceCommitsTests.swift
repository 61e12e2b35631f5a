import ETF
import PeerNet
import Sodium
import Testing

@testable import Admin

/// How records reach the disk, with a disk that takes 30 ms of virtual time for a flush, whatever it is given.
@Suite struct OnceCommitsTests {
  private final class Scene {
    let journal = OnceJournal()
    var commits = OnceCommits()
    var now = Instant(nanoseconds: 1_000_000_000)
    /// What a power cut would leave, and what the disk works at.
    var file: [UInt8]?
    var work: OnceCommits.Work?
    var flushes = 0
    var fails = false
    var told: [String] = []

    func next() {
      guard work == nil else { return }
      work = commits.next(journal, now: now)
    }

    func flush() {
      guard let done = work else { return }
      now = now + .milliseconds(30)
      flushes += 1
      work = nil
      var isWritten = !fails
      if isWritten {
        switch done {
        case .append(let bytes): file! += bytes
        case .replace(let bytes, let ifMissing):
          if ifMissing, file != nil { isWritten = false } else { file = bytes }
        }
      }
      for then in commits.ended(isWritten: isWritten) { then(isWritten) }
      commits.release()
      next()
    }

    func settle() { while work != nil { flush() } }
  }

  private func call(_ number: Int) throws -> OnceCall {
    let key = [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 0xff)]
    return try OnceCall(.tuple([.binary(key), atom("gpio.write"), map((binary("line"), binary("pump")))]))
  }

  private let peer = PublicKey(1, 2, 3, 4)

  /// A call that runs as soon as it may and is over at once.
  private func ask(_ scene: Scene, _ number: Int, by caller: PublicKey? = nil) throws {
    let (entry, record) = try scene.journal.start(
      call(number), by: caller ?? peer, seconds: 7, boot: [], now: scene.now)
    scene.commits.add(record) { isWritten in
      guard isWritten, scene.journal.begin(entry) else {
        scene.journal.forget(entry)
        scene.told.append("\(number) refused")
        return
      }
      scene.told.append("\(number) runs")
      guard number % 16 == 0 else { return self.end(scene, entry, number) }
      // What is on disk now has to know it: a power cut in the next moment must not let it run again.
      let known = OnceJournal()
      #expect(known.read(scene.file ?? [], now: scene.now) == .whole)
      #expect(known.entry(try! self.call(number).key, of: caller ?? self.peer) != nil)
      self.end(scene, entry, number)
    }
    scene.next()
  }

  private func end(_ scene: Scene, _ entry: OnceEntry, _ number: Int) {
    guard let record = scene.journal.finish(entry, .ok(.integer(1)), now: scene.now) else { return }
    scene.commits.add(record) { _ in
      entry.settle()
      scene.told.append("\(number) ended")
    }
  }

  @Test func manyRecordsWaitForTheDiskOnce() throws {
    let scene = Scene()
    var asked = 0
    var refused = 0
    let start = scene.now
    // 512 calls of one peer, as fast as it is let: each turn of the loop takes what it may, and never waits.
    while asked < 512 {
      do {
        try ask(scene, asked)
        asked += 1
      } catch let refusal as OnceRefusal {
        #expect(refusal == .hurried)
        refused += 1
        scene.flush()
      }
    }
    scene.settle()
    #expect(refused > 0 && scene.told.filter { $0.hasSuffix("ended") }.count == 512)
    // Two waits for the disk a call were 1,024, and 30.7 s.
    #expect(scene.flushes < 150, "\(scene.flushes)")
    #expect(scene.now - start < .seconds(5))
  }

  @Test func onePeersQueueIsBoundedAndCostsNoOther() throws {
    let scene = Scene()
    for number in 0..<OnceJournal.maximumQueuedOfCaller { try ask(scene, number) }
    #expect(throws: OnceRefusal.hurried) { try ask(scene, 100) }
    try ask(scene, 100, by: PublicKey(5, 6, 7, 8))
    scene.flush()
    // The first batch is one record; all that came meanwhile is the second.
    #expect(scene.told == ["0 runs"])
    scene.flush()
    #expect(scene.told.filter { $0.hasSuffix("runs") }.count == OnceJournal.maximumQueuedOfCaller + 1)
    try ask(scene, 101)
    scene.settle()
    #expect(scene.flushes == 5 && scene.told.count == 2 * (OnceJournal.maximumQueuedOfCaller + 2))
  }

  @Test func aRepetitionWaitsUntilTheOutcomeIsOnDisk() throws {
    let scene = Scene()
    try ask(scene, 1)
    let entry = try #require(scene.journal.entry(call(1).key, of: peer))
    #expect(entry.isPending)
    scene.flush()
    #expect(scene.told == ["1 runs"] && entry.isPending)
    scene.flush()
    #expect(scene.told == ["1 runs", "1 ended"] && !entry.isPending)
  }

  @Test func whoIsUnpairedInBetweenIsNotServed() throws {
    let scene = Scene()
    try ask(scene, 1)
    #expect(scene.journal.forgetAll { _ in false })
    scene.commits.rewrite()
    scene.settle()
    #expect(scene.told == ["1 refused"])
    #expect(scene.file == scene.journal.bytes && scene.journal.entries.isEmpty)
  }

  @Test func nothingRunsWithoutItsRecord() throws {
    let scene = Scene()
    scene.fails = true
    try ask(scene, 1)
    scene.settle()
    #expect(scene.told == ["1 refused"] && scene.journal.entries.isEmpty)
    scene.fails = false
    try ask(scene, 1)
    scene.settle()
    #expect(scene.told == ["1 refused", "1 runs", "1 ended"])
    // What was appended in vain is not followed by anything: the file is written anew.
    scene.fails = true
    try ask(scene, 2)
    scene.settle()
    scene.fails = false
    try ask(scene, 3)
    if case .append = scene.work { Issue.record("behind a record of which a part may be there") }
    scene.settle()
    #expect(OnceJournal().read(try #require(scene.file), now: scene.now) == .whole)
  }

  @Test func aFileThatIsKeptIsReplacedOnlyWhenItIsGoneOrItsTimeIsOver() throws {
    let scene = Scene()
    scene.file = [1, 2, 3]
    scene.commits.keepFile(until: scene.now + .seconds(60))
    scene.commits.rewrite()
    scene.next()
    #expect(scene.work == nil, "what is forgotten stays in it")
    try ask(scene, 1)
    scene.settle()
    #expect(scene.file == [1, 2, 3] && scene.told == ["1 refused"])
    scene.file = nil
    try ask(scene, 1)
    scene.settle()
    #expect(scene.told == ["1 refused", "1 runs", "1 ended"])
    scene.commits.keepFile(until: scene.now + .seconds(60))
    scene.now = scene.now + .seconds(60)
    try ask(scene, 2)
    scene.settle()
    #expect(scene.told.last == "2 ended" && scene.file == scene.journal.bytes)
  }

  @Test func aGrownFileIsWrittenAnew() throws {
    let scene = Scene()
    var largest = 0
    for number in 0..<400 {
      try ask(scene, number)
      scene.settle()
      largest = max(largest, scene.file?.count ?? 0)
    }
    #expect(largest <= 34 << 10, "\(largest)")
    let known = OnceJournal()
    #expect(known.read(try #require(scene.file), now: scene.now) == .whole)
    #expect(known.entries.suffix(32).map { $0.records } == scene.journal.entries.map { $0.records })
  }
}
