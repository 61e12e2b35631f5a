import PeerNet
import Testing

@testable import Provisioning

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
    #expect(csv.rows[1][0] == .init(text: "x\ny", line: 2, column: 1, isQuoted: true))
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
    ("wify,hostname\na,b\n", 1, 1, "did you mean wifi?"), ("hostname,,wifi\na,b,c\n", 1, 10, "no name"),
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
      ,net,DE,,,,
      g,,,,,,pw
      """
    let (settings, faults) = try table(text).settings(ownKey: Peers.key(41), peers: Peers.list())
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

  /// As spreadsheets save them.
  @Test(arguments: [
    "\u{feff}hostname,wifi,country\r\ng-01,greenhouse,DE\r\ng-02,greenhouse,DE\r\n,,\r\n,,\r\n",
    "hostname,wifi,country,,\r\ng-01,greenhouse,DE,,\r\ng-02,greenhouse,DE,,\r\n,,,,\r\n",
    "hostname, wifi ,country\ng-01,greenhouse,DE\n,,\ng-02,greenhouse,DE\n",
  ])
  func whatSpreadsheetsLeaveBehindIsPassedOver(text: String) throws {
    let (settings, faults) = try table(text).settings(ownKey: Peers.key(41), peers: Peers.list())
    #expect(faults.isEmpty && settings.map(\.hostname.text) == ["g-01", "g-02"])
    #expect(settings.allSatisfy { $0.wifi?.ssid == Array("greenhouse".utf8) })
  }

  @Test(arguments: [
    ("hostname;wifi;country\r\ng-01;greenhouse;DE\r\n", 1, 1, "separated by semicolons"),
    ("hostname\twifi\ng-01\tgreenhouse\n", 1, 1, "separated by tabs"),
    ("sep=;\r\nhostname;wifi\r\ng-01;greenhouse\r\n", 1, 1, "sep= is for Excel"),
    ("hostname,wifi\rg-01,greenhouse\r", 1, 1, "CR alone"),
    ("hostname,wifi\ng-01, greenhouse\n", 2, 6, "begins with a blank"),
    ("hostname,wifi\ng-01,greenhouse \n", 2, 6, "ends with a blank"),
    ("hostname,wifi\ng-01,greenhouse\u{a0}\n", 2, 6, "ends with a blank"),
    ("hostname,wifi,,\ng-01,greenhouse,,x\n", 2, 17, "4 fields under 2"),
  ])
  func whatIsNotOursIsNamed(text: String, line: Int, column: Int, reason: String) {
    let fault = #expect(throws: BoardTable.Fault.self) { try table(text) }
    #expect(fault?.line == line && fault?.reason.contains(reason) == true, "\(String(describing: fault))")
    #expect(fault?.column == column, "\(String(describing: fault))")
  }

  @Test func otherEncodingsAreNamed() {
    let units = Array("hostname,wifi\r\n".utf16)
    let utf16: [UInt8] = [0xff, 0xfe] + units.flatMap { unit -> [UInt8] in [UInt8(truncatingIfNeeded: unit), 0] }
    #expect(throws: CSV.Fault(line: 1, column: 1, reason: "it is saved as UTF-16; save it as UTF-8")) { try CSV(utf16) }
    let windows: [UInt8] = Array("hostname,wifi\ng-01,Caf".utf8) + [0xe9, 0x0a]
    #expect(throws: CSV.Fault(line: 2, column: 1, reason: "the file is not UTF-8; save it as CSV UTF-8")) {
      try CSV(windows)
    }
  }

  @Test func aBlankThatIsMeantStandsInQuotes() throws {
    let (settings, faults) = try table("hostname,wifi,country\na,\" greenhouse\",DE\n")
      .settings(ownKey: Peers.key(41), peers: Peers.list())
    #expect(faults.isEmpty && settings.first?.wifi?.ssid == Array(" greenhouse".utf8))
  }

  @Test func anEmptyCellLeavesItToTheCommandLine() throws {
    var defaults = BoardRequest(trust: ["laptop"])
    defaults.wifi = "common"
    defaults.country = "NL"
    let text = "trust,hostname,wifi\n,a,own\nme:wifi.*; board3:*,b,\n"
    let (settings, faults) = try table(text, defaults: defaults)
      .settings(ownKey: Peers.key(41), peers: Peers.list())
    #expect(faults.isEmpty)
    #expect(settings.map { $0.wifi?.ssid } == [Array("own".utf8), Array("common".utf8)])
    #expect(settings.map { $0.wifi?.country.code } == ["NL", "NL"])
    #expect(settings.map { $0.trust.entries.count } == [1, 2])
    #expect(settings.allSatisfy { $0.password == nil })
  }
}
