import Seeds
import Sodium
import TestKit
import Testing

@testable import PeerNet

private let alice = "O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ"
private let bob = "54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA"
private let carol = "R5AMLLNWR4SWESXFWIKOU5T2N3EU3AU5HV5V4GWRXJXT4IJYFBPQ"

private func key(_ text: String) -> PublicKey { PublicKey(text: utf8(text))! }
/// With the end of its last line.
private func list(_ text: String) throws(TrustListError) -> TrustList {
  try TrustList.parse(utf8(text.hasSuffix("\n") ? text : text + "\n"))
}
private func error(_ text: String) -> String {
  do { return "read \(try list(text).entries.count)" } catch {
    return "\(error.line):\(error.column) \(error.reason.code)"
  }
}

@Suite struct TrustListTests {
  @Test func aWholeFile() throws {
    let list = try list(
      """
      peernet-trust 1
      # who may do what

      \(alice) laptop allow=wifi.*,gpio.write:pump wire=2 since=2026 note=a=b # mine
      \t\(bob.lowercased())\tthe%20shed\t
      \(carol) wärter%23 allow= wire=1
      """)
    #expect(list.entries.map { string($0.label) } == ["laptop", "the shed", "wärter#"])
    #expect(list.entries.map(\.key) == [alice, bob, carol].map(key))
    #expect(list.entries.map(\.wire) == [.two, nil, .one])
    let laptop = try #require(list.entry(for: key(alice)))
    #expect(laptop.grants.allows(utf8("wifi.restart")))
    #expect(laptop.grants.allows(utf8("gpio.write"), argument: utf8("pump")))
    #expect(laptop.other.map(string) == ["since=2026", "note=a=b"])
    #expect(list.entries[1].grants == .none)
    #expect(list.entry(for: PublicKey(0, 0, 0, 0)) == nil)
    #expect(list.formatVersion == 1)
  }

  @Test func theEmptyListTrustsNobody() throws {
    #expect(string(TrustList().text) == "peernet-trust 1\n")
    #expect(TrustList().entries.isEmpty)
    #expect(error("peernet-trust 1") == "read 0")
    #expect(error("peernet-trust 1 \t") == "read 0")
    #expect(error("peernet-trust 1\r\n\r\n\(alice) a wire=2\r\n") == "read 1")
  }

  @Test(arguments: [
    ("", "1:1 header"),
    ("\n", "1:1 header"),
    ("peernet-trust", "1:1 header"),
    ("peernet-trust 0", "1:1 header"),
    ("peernet-trust 01", "1:1 header"),
    ("peernet-trust 1 # mine", "1:1 header"),
    ("peernet-trust 4294967296", "1:1 header"),
    ("peernet-trusts 1", "1:1 header"),
    ("peernet-peers 1", "1:1 header"),
    ("\u{feff}peernet-trust 1", "1:1 header"),
    ("peernet-trust 1\nhello laptop", "2:1 key"),
    ("peernet-trust 1\n\n  \(alice.dropLast())A laptop\n", "read 1"),
    ("peernet-trust 1\n\n  \(alice.dropLast())B laptop\n", "3:3 key"),
    ("peernet-trust 1\n\(alice)", "2:53 label"),
    ("peernet-trust 1\n\(alice) # laptop", "2:53 label"),
    ("peernet-trust 1\n\(alice) allow=*", "2:54 label"),
    ("peernet-trust 1\n\(alice) a%2", "2:54 label"),
    ("peernet-trust 1\n\(alice) a%00", "2:54 label"),
    ("peernet-trust 1\n\(alice) a%0Ab", "2:54 label"),
    ("peernet-trust 1\n\(alice) a%ff", "2:54 label"),
    ("peernet-trust 1\n\(alice) a allow=x,wi*", "2:64 grant"),
    ("peernet-trust 1\n\(alice) a allow=x,", "2:64 grant"),
    ("peernet-trust 1\n\(alice) a wire=3", "2:61 wire"),
    ("peernet-trust 1\n\(alice) a wire=0", "2:61 wire"),
    ("peernet-trust 1\n\(alice) a wire=", "2:61 wire"),
    ("peernet-trust 1\n\(alice) a word", "2:56 field"),
    ("peernet-trust 1\n\(alice) a =x", "2:56 field"),
    ("peernet-trust 1\n\(alice) a wire=1  wire=1", "2:64 repeated_field"),
    ("peernet-trust 1\n\(alice) a allow=x allow=x", "2:64 repeated_field"),
    ("peernet-trust 1\n\(alice) a\n\(alice) b", "3:1 duplicate_key"),
    ("peernet-trust 1\n\(alice) a\n#\n\(alice.lowercased()) b", "4:1 duplicate_key"),
    ("peernet-trust 1\n\(alice) a\n\(bob) %61", "3:54 duplicate_label"),
    ("peernet-trust 1\n# \u{7}", "2:3 character"),
    ("peernet-trust 1\r\(alice) a", "1:1 header"),
    ("peernet-trust 1\n\(alice) a\rb", "2:55 character"),
  ])
  func everyMistakeHasItsPlace(_ text: String, place: String) { #expect(error(text) == place) }

  @Test func brokenUTF8HasItsPlace() {
    let head = utf8("peernet-trust 1\n#")
    for tail: [UInt8] in [
      [0x80], [0xc1, 0xbf], [0xc3], [0xe0, 0x9f, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0xff],
    ] {
      #expect(throws: TrustListError(line: 2, column: 2, reason: .character)) { try TrustList.parse(head + tail) }
    }
    for tail: [UInt8] in [[0xc2, 0x80], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xf4, 0x8f, 0xbf, 0xbf]] {
      #expect(throws: Never.self) { try TrustList.parse(head + tail + [0x0a]) }
    }
  }

  @Test func everythingIsBounded() throws {
    let padding = String(repeating: "x", count: 4_095)
    #expect(error("peernet-trust 1\n#" + padding) == "read 0")
    #expect(error("peernet-trust 1\n##" + padding) == "2:4097 line_too_long")
    let lines = String(repeating: "#" + padding + "\n", count: 64)
    #expect(error("peernet-trust 1\n" + lines) == "0:0 file_too_large")
    // What is as long as may be can still be sealed.
    let rest = TrustList.maximumBytes - TrustSeal.byteCount - 16 - 63 * 4_097 - 2
    let longest = "peernet-trust 1\n" + String(repeating: "#" + padding + "\n", count: 63)
    #expect(error(longest + "#" + String(repeating: "x", count: rest + 1)) == "0:0 file_too_large")
    let longestList = try list(longest + "#" + String(repeating: "x", count: rest))
    #expect(try TrustList.parse(longestList.serialize()).text == longestList.text)
    #expect(error("peernet-trust 1\n\(alice) " + String(repeating: "a", count: 64)) == "read 1")
    #expect(error("peernet-trust 1\n\(alice) " + String(repeating: "a", count: 65)) == "2:54 label")
    var text = "peernet-trust 1\n"
    for number in 0...1_024 {
      let peer = PublicKey(UInt64(number), 0, 0, 0)
      text += "\(string(peer.text)) p\(number)\n"
      if number == 1_023 { #expect(error(text) == "read 1024") }
    }
    #expect(error(text) == "1026:1 too_many_peers")
  }
}

@Suite struct TrustListChangeTests {
  private let original = """
    peernet-trust 1
    # Paired in March.
    \(alice)   laptop  since=march   allow=wifi.*   colour=red # mine

      # between
    \(bob) shed\r
    \(carol) phone wire=1

    """

  @Test func aReadFileIsWrittenAsItWas() throws {
    #expect(string(try list(original).text) == original)
  }

  @Test func aChangeTouchesNothingElse() throws {
    var list = try list(original)
    try list.setGrants(Grants(text: utf8("echo,gpio.write:pump"))!, for: key(alice))
    var expected = original.replacing("allow=wifi.*", with: "allow=echo,gpio.write:pump")
    #expect(string(list.text) == expected)

    try list.setWire(.two, for: key(bob))
    expected = expected.replacing("shed\r\n", with: "shed wire=2\r\n")
    #expect(string(list.text) == expected)
    #expect(list.entry(for: key(bob))?.wire == .two)

    try list.setWire(nil, for: key(carol))
    expected = expected.replacing("phone wire=1", with: "phone")
    #expect(string(list.text) == expected)

    try list.setLabel(utf8("the phone"), for: key(carol))
    expected = expected.replacing("phone", with: "the%20phone")
    #expect(string(list.text) == expected)

    try list.setGrants(.none, for: key(alice))
    expected = expected.replacing("   allow=echo,gpio.write:pump", with: "")
    #expect(string(list.text) == expected)
    #expect(list.entry(for: key(alice))?.grants == Grants.none)

    try list.remove(key(bob))
    expected = expected.replacing("\(bob) shed wire=2\r\n", with: "")
    #expect(string(list.text) == expected)

    let dave = TrustEntry(
      key: PublicKey(1, 2, 3, 4), label: utf8("a=b #1"), grants: .everything, wire: .two, other: [utf8("x=y")])
    try list.add(dave)
    expected += "\(string(dave.key.text)) a%3Db%20%231 allow=* wire=2 x=y\n"
    #expect(string(list.text) == expected)
    #expect(list.entries.last == dave)
    #expect(list.entries.count == 3)
  }

  @Test func aChangeThatCannotBeReadBackIsRefused() throws {
    var list = try list(original)
    func refusal(_ change: (inout TrustList) throws(TrustListError) -> Void) -> TrustListError.Reason? {
      do { try change(&list) } catch { return error.reason }
      return nil
    }
    let new = PublicKey(1, 2, 3, 4)
    #expect(
      refusal { l throws(TrustListError) in try l.add(TrustEntry(key: key(bob), label: [0x61])) } == .duplicateKey)
    #expect(
      refusal { l throws(TrustListError) in try l.add(TrustEntry(key: new, label: utf8("shed"))) } == .duplicateLabel)
    #expect(refusal { l throws(TrustListError) in try l.add(TrustEntry(key: new, label: [])) } == .label)
    #expect(refusal { l throws(TrustListError) in try l.add(TrustEntry(key: new, label: utf8("a\nb"))) } == .label)
    #expect(refusal { l throws(TrustListError) in try l.setLabel(utf8("phone"), for: key(bob)) } == .duplicateLabel)
    #expect(refusal { l throws(TrustListError) in try l.remove(new) } == .unknownPeer)
    #expect(refusal { l throws(TrustListError) in try l.setGrants(.everything, for: new) } == .unknownPeer)
    for other in ["x=1\n\(string(PublicKey(9, 9, 9, 9).text)) evil allow=*", "x=1 allow=*", "x=1 #", "allow=*"] {
      let entry = TrustEntry(key: new, label: utf8("new"), other: [utf8(other)])
      #expect(refusal { l throws(TrustListError) in try l.add(entry) } == .field)
    }
    #expect(string(list.text) == original)
  }
}

@Suite struct TrustListRollbackTests {
  /// A later release wrote things that this one has never seen: who is understood is trusted, with what is understood.
  private let later = """
    peernet-trust 2 sealed=no
    group admins allow=*
    \(alice) laptop allow=wifi.*,gpio.write[1-3],*.read wire=3 until=2030 flag
    \(bob) shed allow=echo
    \(bob) shed allow=*

    """

  @Test func aRollbackLocksNobodyOut() throws {
    let list = try list(later)
    #expect(list.formatVersion == 2)
    #expect(list.unreadLines == 2)
    #expect(list.entries.map { string($0.label) } == ["laptop", "shed"])
    let laptop = try #require(list.entry(for: key(alice)))
    #expect(laptop.wire == nil)
    #expect(laptop.grants.allows(utf8("wifi.scan")))
    #expect(!laptop.grants.allows(utf8("gpio.read")))
    #expect(!(try #require(list.entry(for: key(bob)))).grants.allows(utf8("wifi.scan")), "the first line counts")
    #expect(string(list.text) == later)
  }

  @Test func itIsChangedInPlaceAndNotLowered() throws {
    var list = try list(later)
    try list.setWire(.two, for: key(bob))
    #expect(string(list.text).hasPrefix("peernet-trust 2 sealed=no\ngroup admins"))
    #expect(throws: TrustListError.self) { try list.add(TrustEntry(key: key(bob), label: utf8("again"))) }
    try list.add(TrustEntry(key: key(carol), label: utf8("phone")))
    #expect(list.entries.count == 3)
  }

  @Test func unpairingBringsNoSecondLineToLife() throws {
    var list = try list(later)
    try list.remove(key(bob))
    #expect(list.entry(for: key(bob)) == nil)
    #expect(!string(list.text).contains(bob))
  }

  /// Carol's line is passed over because bob has her label. Neither unpairing nor renaming bob makes her trusted.
  @Test func aChangeMakesNobodyElseTrusted() throws {
    let text = "peernet-trust 2\n\(bob) phone\n\(carol) phone allow=*\n"
    for change in [
      { (list: inout TrustList) in try list.remove(key(bob)) },
      { (list: inout TrustList) in try list.setLabel(utf8("old phone"), for: key(bob)) },
    ] {
      var changed = try list(text)
      #expect(changed.entry(for: key(carol)) == nil)
      try change(&changed)
      #expect(changed.entry(for: key(carol)) == nil)
      #expect(string(changed.text).contains("# \(carol) phone allow=*\n"), "kept for its writer's eyes")
      #expect(try list(string(changed.text)).entry(for: key(carol)) == nil)
    }
  }
}

@Suite struct TrustListMutationTests {
  /// Whatever the file: an answer, and what was read is written back byte for byte and read the same.
  @Test(arguments: [1, 2]) func hostileFiles(_ version: Int) throws {
    var random = SeededGenerator(seed: UInt64(version))
    let good = utf8(
      """
      peernet-trust \(version)
      # a comment
      \(alice) laptop allow=wifi.*,gpio.write:pump,* wire=2 since=2026 # mine
      \(bob) the%20shed wire=1\r
      \(carol) phone

      """)
    var read = 0
    for _ in 0..<3_000 {
      let bytes = random.mutate(good, favouring: utf8(" \t\n\r#%=,*:.A2a1"))
      guard var list = try? TrustList.parse(bytes) else { continue }
      read += 1
      #expect(list.text == bytes)
      #expect(Set(list.entries.map(\.key)).count == list.entries.count)
      #expect(Set(list.entries.map(\.label)).count == list.entries.count)
      guard let entry = list.entries.randomElement(using: &random) else { continue }
      let others = list.entries.filter { $0.key != entry.key }
      try list.setGrants(.everything, for: entry.key)
      try list.setWire(.one, for: entry.key)
      let changed = try #require(list.entry(for: entry.key))
      #expect(changed.grants == .everything && changed.wire == .one)
      #expect(changed.label == entry.label && changed.other == entry.other)
      try list.remove(entry.key)
      for other in others { #expect(list.entry(for: other.key) == other) }
    }
    // One in ten is refused for the end of its last line alone.
    #expect(read > 250, "most mutations must not be trivially refused")
  }
}
