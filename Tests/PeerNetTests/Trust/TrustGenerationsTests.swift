import TestKit
import Testing

@testable import PeerNet

private let alice = "O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ"
private let bob = "54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA"

private func sealed(_ text: String) throws -> [UInt8] { try TrustList.parse(utf8(text)).serialize() }

@Suite struct TrustGenerationsTests {
  private let one: [UInt8]
  private let none: [UInt8]
  private let torn = utf8("peernet-tr")
  private let start = Instant(nanoseconds: 1_000)

  init() throws {
    one = try sealed("peernet-trust 1\n\(alice) a\n")
    none = try sealed("peernet-trust 1\n")
  }

  @Test func theLastGoodListStaysInForce() {
    var trust = TrustGenerations()
    func load(_ source: TrustGenerations.Source) -> TrustGenerations.Outcome { trust.load(source, now: start) }
    #expect(load(.missing) == .unchanged, "never written is no failure")
    #expect(load(.bytes(one)) == .replaced(mayBeTorn: false))
    #expect(trust.generation == 1)
    let header = TrustGenerations.Failure.malformed(TrustListError(line: 1, column: 1, reason: .header))
    #expect(load(.bytes(torn)) == .kept(header))
    #expect(load(.bytes(torn)) == .unchanged, "reported once")
    #expect(trust.failure == header)
    #expect(trust.current.serialize() == one)
    #expect(load(.bytes([])) == .unchanged, "an emptied file fails the same way")
    #expect(load(.missing) == .kept(.vanished))
    #expect(load(.unreadable(13)) == .kept(.unreadable(13)))
    #expect(trust.current.entries.count == 1)
    #expect(load(.bytes(one)) == .unchanged)
    #expect(trust.failure == nil)
    #expect(load(.bytes(torn)) == .kept(header), "a new failure after a good read is news")
    #expect(load(.bytes(none)) == .replaced(mayBeTorn: false))
    #expect(trust.current.entries.isEmpty)
    #expect(trust.generation == 2)
  }

  @Test func behindItStandsWhatWasProvisioned() throws {
    var trust = TrustGenerations(provisioned: try TrustList.parse(one))
    #expect(trust.load(.bytes(torn), now: start) == .kept(.malformed(.init(line: 1, column: 1, reason: .header))))
    #expect(trust.current.serialize() == one)
    #expect(trust.load(.missing, now: start) == .unchanged)
  }

  /// Whoever writes it may not be through: it has to stand, unchanged, and each change begins the time anew.
  @Test func aListByHandComesIntoForceOnceItStands() throws {
    var trust = TrustGenerations(provisioned: try TrustList.parse(one))
    #expect(trust.load(.bytes(one), now: start) == .unchanged)
    let second = TrustGenerations.settlingTime
    let half = utf8("peernet-trust 1\n\(bob) b\n")
    let whole = half + utf8("\(alice) a\n")
    #expect(trust.load(.bytes(half), now: start) == .unchanged)
    #expect(trust.deadline == start + second)
    #expect(trust.load(.bytes(whole), now: start + .milliseconds(1_900)) == .unchanged)
    #expect(trust.load(.bytes(whole), now: start + second) == .unchanged)
    #expect(trust.current.serialize() == one && trust.generation == 0)
    let due = start + .milliseconds(1_900) + second
    #expect(trust.deadline == due)
    // Cut off in between, it begins anew; the file's last good list is untouched all the while.
    #expect(trust.load(.bytes(Array(whole.dropLast())), now: due - .milliseconds(1)) != .unchanged)
    #expect(trust.deadline == nil)
    #expect(trust.load(.bytes(whole), now: due) == .unchanged)
    #expect(trust.current.serialize() == one && trust.generation == 0)
    #expect(trust.load(.bytes(whole), now: due + second) == .replaced(mayBeTorn: false))
    #expect(trust.current.text == whole && trust.deadline == nil)
    // A sealed one does not wait, and a list that is back as it was ends the waiting.
    #expect(trust.load(.bytes(half), now: due + second) == .unchanged)
    #expect(trust.load(.bytes(whole), now: due + second) == .unchanged)
    #expect(trust.deadline == nil)
    #expect(trust.load(.bytes(one), now: due + second) == .replaced(mayBeTorn: false))
  }

  /// A power cut leaves a list by hand torn as well, and it then stands for as long as anybody likes to wait.
  @Test func aListByHandThatWasFoundSoMayBeTorn() throws {
    let two = utf8("peernet-trust 1\n\(alice) a\n\(bob) b\n")
    var trust = TrustGenerations(provisioned: try TrustList.parse(two))
    let cut = Array(two[..<(two.dropLast().lastIndex(of: 0x0a)! + 1)])
    #expect(trust.load(.bytes(cut), now: start) == .unchanged)
    let due = try #require(trust.deadline)
    #expect(trust.load(.bytes(cut), now: due) == .replaced(mayBeTorn: true))
    // From now on it was seen to change.
    #expect(trust.load(.bytes(two), now: due) == .unchanged)
    #expect(trust.load(.bytes(two), now: due + TrustGenerations.settlingTime) == .replaced(mayBeTorn: false))
  }
}
