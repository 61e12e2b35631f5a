import Testing

@testable import Admin

/// What NetworkManager 1.42.4 really printed, about radios of mac80211_hwsim and beside them.
enum NmcliRecordings {
  static let connection = "6a3f3c1e-5b0a-4b2d-9d6e-0123456789ab"
  static let connected =
    "GENERAL.TYPE:wifi\nGENERAL.STATE:100 (connected)\nGENERAL.CON-UUID:\(connection)\nIP4.ADDRESS[1]:192.0.2.14/24\n"
  static let connecting =
    "GENERAL.TYPE:wifi\nGENERAL.STATE:50 (connecting (configuring))\nGENERAL.CON-UUID:\(connection)\n"
  static let disconnected = "GENERAL.TYPE:wifi\nGENERAL.STATE:30 (disconnected)\nGENERAL.CON-UUID:\n"
  static let unavailable = "GENERAL.TYPE:wifi\nGENERAL.STATE:20 (unavailable)\nGENERAL.CON-UUID:\n"
  static let loopback =
    "GENERAL.TYPE:loopback\nGENERAL.STATE:100 (connected (externally))\n"
    + "GENERAL.CON-UUID:3e64ab19-4ada-477f-b329-62195a1d8965\nIP4.ADDRESS[1]:127.0.0.1/8\n"
  static let dummy = "GENERAL.TYPE:dummy\nGENERAL.STATE:10 (unmanaged)\nGENERAL.CON-UUID:\n"
  /// The first network is called `a:b\c`, FF, a newline, `:*`.
  static let networks =
    " :3A\\:13\\:0B\\:DD\\:4A\\:C7:2462 MHz:100::613A625C63FF0A3A2A\n"
    + "*:22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:90:WPA2:677265656E686F757365\n"
  static let wireless =
    "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
    + " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n"
    + " wlan0: 0000   70.  -30.  -256        0      0      0      0     14        0\n"
  static let switchedOn = "enabled:enabled\n"
  static let switchedOff = "enabled:disabled\n"
  static let notAuthorized = "Error: Connection activation failed: Not authorized to control networking.\n"
  static let notFound =
    "Error: Connection activation failed: The Wi-Fi network could not be found\n"
    + "Hint: use 'journalctl -xe NM_CONNECTION=\(connection) + NM_DEVICE=wlan0' to get more details.\n"
  static let noSecrets =
    "Warning: password for '802-11-wireless-security.psk' not given in 'passwd-file' and nmcli cannot ask without '--ask' "
    + "option.\nError: Connection activation failed: Secrets were required, but not provided\n"
  static let nothingFits =
    "Error: Failed to add/activate new connection: A 'wireless' setting is required if no AP path was given.\n"
  static let notRunning = "Error: NetworkManager is not running.\n"
}

@Suite struct NmcliTextTests {
  static let hostileName: [UInt8] = bytes("a:b\\c") + [0xff, 0x0a] + bytes(":*")

  @Test func aDeviceIsWhatItIs() throws {
    let device = try #require(NmcliDevice(bytes(NmcliRecordings.connected)))
    #expect(device.state == 100 && device.address == bytes("192.0.2.14"))
    #expect(device.connection?.bytes == bytes(NmcliRecordings.connection))
    let without = try #require(NmcliDevice(bytes(NmcliRecordings.disconnected)))
    #expect(without.connection == nil && without.address == nil && !without.isUnavailable)
    #expect(NmcliDevice(bytes(NmcliRecordings.unavailable))?.isUnavailable == true)
    #expect(NmcliDevice(bytes(NmcliRecordings.connecting))?.isActivating == true)
  }

  @Test(
    arguments: [
      NmcliRecordings.loopback, NmcliRecordings.dummy, "", "GENERAL.TYPE:wifi\n",
      "GENERAL.TYPE:wifi\nGENERAL.STATE:10 (unmanaged)\n", "GENERAL.TYPE:wifi\nGENERAL.STATE:100",
      "GENERAL.TYPE:wifi\nGENERAL.STATE:99999999999999999999 (x)\n", "GENERAL.STATE:100 (connected)\n",
    ])
  func whatIsNoRadioOfNetworkManagersIsLeftAlone(_ output: String) {
    #expect(NmcliDevice(bytes(output)) == nil)
  }

  @Test(
    arguments: [
      (20, .interfaceDisabled), (30, .disconnected), (40, .associating), (50, .associating), (60, .authenticating),
      (70, .completed), (80, .completed), (90, .completed), (100, .completed), (110, .disconnected),
      (120, .disconnected), (11, .unknown), (55, .unknown),
    ] as [(Int, WifiState)])
  func statesAreTheSupplicants(_ number: Int, _ state: WifiState) {
    #expect(NmcliDevice(bytes("GENERAL.TYPE:wifi\nGENERAL.STATE:\(number) (x)\n"))?.status.state == state)
  }

  @Test func valuesThatAreNotInFormAreLeftOut() throws {
    let device = try #require(
      NmcliDevice(
        bytes("x\n:\nGENERAL.TYPE:wifi\nGENERAL.STATE:100\nGENERAL.CON-UUID:-x\nIP4.ADDRESS[1]:1.2.3.256/8\n")))
    #expect(device.connection == nil && device.address == nil)
  }

  @Test func networks() throws {
    let read = NmcliNetwork.read(
      bytes(NmcliRecordings.networks), interface: bytes("wlan0"), wireless: bytes(NmcliRecordings.wireless))
    let mine = ScanEntry(
      bssid: bytes("22:46:25:e7:5f:5d"), frequency: 2437, signal: -30, ssid: bytes("greenhouse"), security: .wpa2)
    let other = ScanEntry(
      bssid: bytes("3a:13:0b:dd:4a:c7"), frequency: 2462, signal: -40, ssid: Self.hostileName, security: .open)
    #expect(read.inUse == mine)
    #expect(read.list.entries == [mine, other])
    // What the kernel does not tell is not guessed: NetworkManager reckons its percentage of the link another way.
    let blind = NmcliNetwork.read(bytes(NmcliRecordings.networks), interface: bytes("wlan0"), wireless: [])
    #expect(blind.inUse?.signal == nil)
    #expect(blind.list.entries.map(\.signal) == [nil, -40])
  }

  @Test(arguments: [(0, -100), (1, -99), (50, -70), (90, -46), (99, -41), (100, -40)])
  func signalsAreTurnedBack(_ quality: Int, _ signal: Int64) {
    let line = bytes(" :22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:\(quality)::")
    #expect(NmcliNetwork(line[...], signal: nil)?.entry.signal == signal)
  }

  @Test(
    arguments: [
      "", ":", ":::::", "*:22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:90:WPA2", "*:22:46:25:E7:5F:5D:2437 MHz:90:WPA2:",
      "*:22\\:46\\:25\\:E7\\:5F\\:5D:0 MHz:90:WPA2:", "*:22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:90:WPA2:6",
      "*:22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:90:WPA2:6g",
      "*:22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:90:WPA2:" + String(repeating: "61", count: 33),
      "*:22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:90:WPA2:61:61",
    ])
  func whatIsNoAccessPointIsLeftOut(_ line: String) {
    #expect(NmcliNetwork(bytes(line)[...], signal: nil) == nil)
  }

  @Test func fieldsLoseTheirEscapes() {
    #expect(NmcliNetwork.fields(bytes(#"a\:b\\:c\\\:\d:"#)[...]).map(text) == [#"a:b\"#, #"c\:d"#, ""])
    #expect(NmcliNetwork.fields(bytes(#"a\"#)[...]).map(text) == ["a"])
  }

  @Test func aLineThatWasCutOffDoesNotCount() {
    let whole = bytes(NmcliRecordings.networks)
    for count in whole.indices {
      let read = NmcliNetwork.read(Array(whole.prefix(count)), interface: bytes("wlan0"), wireless: [])
      #expect(read.list.entries.count == whole.prefix(count).filter { $0 == 0x0a }.count && read.inUse == nil)
    }
  }

  @Test func moreThanFitsAreTheStrongest() {
    let lines = (0..<100).map { " :22\\:46\\:25\\:E7\\:5F\\:\(10 + $0 % 90):2437 MHz:\($0)::61\n" }.joined()
    let entries = NmcliNetwork.read(bytes(lines), interface: bytes("wlan0"), wireless: []).list.entries
    #expect(entries.count == 64 && entries.first?.signal == -41 && entries.last?.signal == -78)
  }

  @Test(
    arguments: [
      ("wlan1", NmcliRecordings.wireless, nil), ("wlan", NmcliRecordings.wireless, nil), ("wlan0", "wlan0: ", nil),
      ("wlan0", "wlan0: 0000 70. -130. -256\n", -130), ("wlan0", "wlan0: 0000 70. 226. -256\n", nil),
      ("wlan0", "wlan0\n", nil), ("wlan0", "wlan0:\n", nil), ("wlan0", "xwlan0: 0 70. -30. 0\n", nil),
    ] as [(String, String, Int64?)])
  func theKernelsTable(_ interface: String, _ table: String, _ signal: Int64?) {
    #expect(NmcliNetwork.signal(of: bytes(interface), wireless: bytes(table)) == signal)
  }

  @Test(
    arguments: [
      ("6a3f3c1e-5b0a-4b2d-9d6e-0123456789ab", true), ("6A3F3C1E-5B0A-4B2D-9D6E-0123456789AB", true), ("", false),
      ("6a3f3c1e-5b0a-4b2d-9d6e-0123456789a", false), ("6a3f3c1e-5b0a-4b2d-9d6e-0123456789abc", false),
      ("6a3f3c1e-5b0a-4b2d-9d6e-0123456789ag", false), ("6a3f3c1e05b0a04b2d09d6e00123456789ab", false),
      ("--ask-----------------------------ab", false),
    ])
  func connectionsGoByTheirNumber(_ text: String, _ isOne: Bool) {
    #expect((ConnectionIdentifier(bytes(text)) != nil) == isOne)
  }

  @Test func argumentsAreFixedWordsTheInterfaceAndTheConnection() throws {
    let connection = try #require(ConnectionIdentifier(bytes(NmcliRecordings.connection)))
    func line(_ command: NmcliCommand) -> String {
      command.arguments(interface: bytes("wlan0")).map(text).joined(separator: " ")
    }
    let list = "-t -e yes -c no -f IN-USE,BSSID,FREQ,SIGNAL,SECURITY,SSID-HEX device wifi list ifname wlan0 --rescan"
    #expect(
      line(.device)
        == "-t -e yes -c no -f GENERAL.TYPE,GENERAL.STATE,GENERAL.CON-UUID,IP4.ADDRESS device show wlan0")
    #expect(line(.radio) == "-t -e yes -c no -f WIFI-HW,WIFI radio all")
    #expect(line(.networks) == list + " no")
    #expect(line(.scan) == list + " yes")
    #expect(
      line(.activate(connection, wait: 27)) == "-w 27 connection up uuid \(NmcliRecordings.connection) ifname wlan0")
    #expect(line(.connect(wait: 5)) == "-w 5 device connect wlan0")
    #expect(line(.switchOff) == "radio wifi off")
    #expect(line(.switchOn) == "radio wifi on")
  }
}
