import PeerNet
import Testing

@testable import peernet

@Suite struct BoardTableTests {
  private func rows(_ text: String) throws -> [[String]] {
    try CSV(Array(text.utf8)).rows.map { $0.map(\.text) }
  }

  @Test func fields() throws {
    #expect(try rows("a,b\r\nc,\n") == [["a", "b"], ["c", ""]])
    #expect(try rows("\u{feff}a\n\n\r\nb") == [["a"], ["b"]])
    #expect(try rows("\"a,\"\"b\"\"\nc\",d\n") == [["a,\"b\"\nc", "d"]])
    #expect(try rows("\"\",x") == [["", "x"]])
    #expect(try rows("") == [])
  }

  @Test func placesAreCountedFromOne() throws {
    let csv = try CSV(Array("a,bb\r\n\"x\ny\",é,z\n".utf8))
    #expect(csv.rows[0][1] == .init(text: "bb", line: 1, column: 3))
    #expect(csv.rows[1][0] == .init(text: "x\ny", line: 2, column: 1))
    #expect(csv.rows[1][2] == .init(text: "z", line: 3, column: 6))
  }

  @Test(arguments: [
    ("a,\"b", 1, 3), ("a\nx\"y\"", 2, 2), ("\"a\"b", 1, 4), ("a\n\"b\" ,c", 2, 4),
  ]) func faultsOfTheFormAreNamed(text: String, line: Int, column: Int) {
    let fault = #expect(throws: CSV.Fault.self) { try CSV(Array(text.utf8)) }
    #expect(fault?.line == line && fault?.column == column)
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(throws: CSV.Fault.self) { try CSV([0x61, 0xff, 0x0a]) }
  }

  private func table(_ text: String, defaults: BoardRequest = BoardRequest(trust: ["laptop"])) throws -> BoardTable {
    try BoardTable(Array(text.utf8), defaults: defaults, folder: "/nowhere/x")
  }

  @Test(arguments: [
    ("", 1, 1, "empty"), ("hostname\n", 2, 1, "no row"), ("hostname,colour\na,b\n", 1, 10, "colour"),
    ("wifi\nx\n", 1, 1, "hostname"), ("hostname,hostname\na,b\n", 1, 10, "twice"),
    ("hostname,wifi\na\n", 2, 1, "1 fields under 2"), ("hostname,wifi\na,b,c\n", 2, 5, "3 fields under 2"),
    ("hostname\n\"a\n", 2, 1, "never closed"),
  ]) func faultsOfTheTableAreNamed(text: String, line: Int, column: Int, reason: String) {
    let fault = #expect(throws: BoardTable.Fault.self) { try table(text) }
    #expect(fault?.line == line && fault?.column == column, "\(String(describing: fault))")
    #expect(fault?.reason.contains(reason) == true, "\(String(describing: fault))")
  }

  @Test func everyFaultOfEveryRowIsNamed() throws {
    let text = """
      hostname,wifi,country,trust,allow,profile,wifi_password_file
      ok,,,,,,
      -bad,net,DE,,,,
      b,net,Germany,,,,
      c,,,nobody:*,,,
      d,,,me,a.**,,
      e,,,,,profile.conf,
      OK,,,,,,
      f,net,DE,,,,pw
      ,,,,,,
      g,,,,,,pw
      """
    let (settings, faults) = try table(text).settings(ownKey: NamingTests.key(41), peers: NamingTests.list())
    #expect(settings.map(\.hostname.text) == ["ok", "OK"])
    let expected: [(Int, Int, String)] = [
      (3, 1, "hostname: "), (4, 7, "country: "), (5, 5, "trust: "), (6, 8, "allow: "),
      (7, 7, "profile: cannot read /nowhere/x/profile.conf"),
      (8, 1, "hostname: OK stands in line 2"), (9, 13, "wifi_password_file: cannot read /nowhere/x/pw"),
      (10, 1, "hostname: "), (11, 1, "wifi: "),
    ]
    #expect(faults.count == expected.count)
    for (fault, expected) in zip(faults, expected) {
      #expect(fault.line == expected.0 && fault.column == expected.1, "\(fault)")
      #expect(fault.reason.hasPrefix(expected.2), "\(fault)")
    }
  }

  @Test func anEmptyCellLeavesItToTheCommandLine() throws {
    var defaults = BoardRequest(trust: ["laptop"])
    defaults.wifi = "common"
    defaults.country = "NL"
    let text = "trust,hostname,wifi\n,a,own\nme:wifi.*; board3:*,b,\n"
    let (settings, faults) = try table(text, defaults: defaults)
      .settings(ownKey: NamingTests.key(41), peers: NamingTests.list())
    #expect(faults.isEmpty)
    #expect(settings.map { $0.wifi?.ssid } == [Array("own".utf8), Array("common".utf8)])
    #expect(settings.map { $0.wifi?.country } == [Array("NL".utf8), Array("NL".utf8)])
    #expect(settings.map { $0.trust.entries.count } == [1, 2])
    #expect(settings.allSatisfy { $0.password == nil })
  }
}
