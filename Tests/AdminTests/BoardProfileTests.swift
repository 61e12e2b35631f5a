import Admin
import Settings
import Testing

@Suite struct BoardProfileTests {
  /// Settings of a text that has one section or setting a line.
  private func settings(_ text: String) -> [Setting] {
    var section = ""
    var settings: [Setting] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("[") {
        section = String(line.dropFirst().dropLast())
      } else if let equals = line.firstIndex(of: "=") {
        settings.append(
          Setting(
            section: Array(section.utf8), key: Array(line[..<equals].utf8),
            value: Array(line[line.index(after: equals)...].utf8), line: index + 1))
      }
    }
    return settings
  }

  private func fault(_ text: String) -> ProfileFault? {
    do throws(ProfileFault) {
      _ = try BoardProfile(settings(text))
      return nil
    } catch {
      return error
    }
  }

  private func reason(inLine text: String) -> ProfileFault.Reason? { fault("[gpio a]\n" + text)?.reason }

  @Test func aWholeProfile() throws {
    let profile = try BoardProfile(
      settings(
        """
        [board]
        name=Pump house
        [wifi]
        interface=wlan0
        control=/var/run/wpa
        [gpio pump]
        chip=pinctrl-bcm2711
        offset=17
        direction=output
        active_low=yes
        initial=0
        description=The big one
        [gpio float-switch]
        line=GPIO27
        bias=pull-up
        debounce=20
        [gpio either]
        line=SDA1
        chip=pinctrl-bcm2711
        direction=input
        """))
    #expect(profile.name == Array("Pump house".utf8))
    #expect(profile.wifi == BoardProfile.Wifi(interface: Array("wlan0".utf8), control: Array("/var/run/wpa".utf8)))
    #expect(profile.warnings == [])
    #expect(
      profile.lines == [
        LineProfile(
          label: Array("pump".utf8), location: .offset(17, chip: Array("pinctrl-bcm2711".utf8)), direction: .output,
          activeLow: true, initialValue: .value(false), description: Array("The big one".utf8)),
        LineProfile(
          label: Array("float-switch".utf8), location: .name(Array("GPIO27".utf8), chip: nil), bias: .pullUp,
          debounce: 20),
        LineProfile(
          label: Array("either".utf8), location: .name(Array("SDA1".utf8), chip: Array("pinctrl-bcm2711".utf8))),
      ])
    #expect(profile.line(labelled: Array("pump".utf8))?.activeLow == true)
    #expect(profile.line(labelled: Array("GPIO27".utf8)) == nil)
  }

  @Test func anEmptyFileOffersNothing() throws {
    #expect(try BoardProfile([]) == BoardProfile())
  }

  @Test(
    arguments: [
      ("", .automatic), ("manager=auto\n", .automatic), ("manager=wpa_supplicant\n", .wpaSupplicant),
      ("manager=networkmanager\ncontrol=/run/x\n", .networkManager),
    ] as [(String, BoardProfile.Wifi.Manager)])
  func whoManagesTheRadio(_ line: String, _ manager: BoardProfile.Wifi.Manager) throws {
    #expect(try BoardProfile(settings("[wifi]\ninterface=wlan0\n" + line)).wifi?.manager == manager)
  }

  @Test func nobodyElseManagesIt() {
    #expect(fault("[wifi]\ninterface=wlan0\nmanager=NetworkManager") == ProfileFault(line: 3, reason: .badManager))
  }

  @Test func theControlFolderHasADefault() throws {
    let profile = try BoardProfile(settings("[wifi]\ninterface=wlan0"))
    // Nothing may end the supplicant unless the operator vouches for its return.
    #expect(profile.wifi?.isRespawned == false)
    #expect(try BoardProfile(settings("[wifi]\ninterface=wlan0\nrespawned=yes")).wifi?.isRespawned == true)
    #expect(profile.wifi?.control == Array("/run/wpa_supplicant".utf8))
  }

  @Test func aLineMayBeSpreadOverItsSection() throws {
    let profile = try BoardProfile(settings("[gpio a]\nline=A\n[gpio b]\nline=B\n[gpio a]\ndirection=output"))
    #expect(profile.lines.map(\.direction) == [.output, .input])
  }

  @Test func theUnknownIsAWarning() throws {
    let profile = try BoardProfile(settings("a=1\n[fan]\nspeed=2\n[board]\ncolour=red\n[gpio a]\nline=A\nedge=both\n"))
    #expect(profile.lines.count == 1)
    #expect(
      profile.warnings == [
        ProfileFault(line: 1, reason: .unknownSection), ProfileFault(line: 3, reason: .unknownSection),
        ProfileFault(line: 5, reason: .unknownKey), ProfileFault(line: 8, reason: .unknownKey),
      ])
  }

  @Test func theUnknownIsToldWithWhatMayBeMeant() throws {
    func told(_ text: String) throws -> [String] {
      try BoardProfile(settings(text)).warnings.map { String(decoding: $0.text, as: UTF8.self) }
    }
    #expect(try told("[gpio a]\nline=A\ndirektion=output") == ["unknown key; did you mean direction?"])
    #expect(
      try told("[gpio a]\nline=A\nactive-low=yes\nedge=both") == [
        "unknown key; did you mean active_low?", "unknown key",
      ])
    #expect(try told("[wfi]\ninterface=wlan0").first?.hasSuffix("; did you mean wifi?") == true)
    // Settings that are not of the section are no suggestions.
    #expect(try told("[board]\ndirektion=output") == ["unknown key"])
  }

  @Test(arguments: [
    ("GPIO17  # relay 1", true), ("GPIO17 #relay", true), ("a #", true),
    ("Pump #2", false), ("WL_ON#", false), ("#1", false), ("a#b", false),
  ]) func aHashIsNoComment(_ value: String, _ isToldOf: Bool) throws {
    let profile = try BoardProfile(settings("[board]\nname=\(value)"))
    #expect(profile.warnings == (isToldOf ? [ProfileFault(line: 2, reason: .hashInValue)] : []))
    #expect(profile.name == Array(value.utf8))
  }

  /// Where it makes a value wrong, it is what is told.
  @Test func aHashThatSpoilsAValueIsNamed() {
    for text in ["[wifi]\ninterface=wlan0 # the dongle", "[gpio a]\ndirection=output # pump\nline=A"] {
      #expect(fault(text) == ProfileFault(line: 2, reason: .hashInValue))
    }
    #expect(fault("[wifi]\ninterface=wlan 0") == ProfileFault(line: 2, reason: .badInterface))
  }

  @Test func aFaultNamesItsLine() {
    #expect(
      fault("[gpio a]\nline=A\nbias=up\n[gpio b]\nline=B") == ProfileFault(line: 3, reason: .badBias))
    #expect(fault("[gpio a]\nline=A\nline=B") == ProfileFault(line: 3, reason: .duplicateKey))
    #expect(fault("[gpio a]\nline=A\n[gpio b]\ndirection=input") == ProfileFault(line: 4, reason: .noLine))
  }

  @Test func aChipGoesByItsLabel() {
    #expect(reason(inLine: "chip=0\noffset=1") == .chipByNumber)
    #expect(reason(inLine: "chip=gpiochip0\noffset=1") == .chipByNumber)
    #expect(reason(inLine: "chip=/dev/gpiochip0\nline=A") == .chipByNumber)
    #expect(reason(inLine: "offset=1") == .offsetWithoutChip)
    #expect(reason(inLine: "chip=gpio-sim.0\noffset=1") == nil)
    #expect(reason(inLine: "chip=gpiochips\noffset=1") == nil)
  }

  @Test(arguments: [
    ("line=A\noffset=1\nchip=c", ProfileFault.Reason.lineAndOffset),
    ("chip=c", .noLine),
    ("chip=\noffset=1", .badChipLabel),
    ("chip=\(String(repeating: "c", count: 32))\noffset=1", .badChipLabel),
    ("line=", .badLineName),
    ("line=A\u{1B}[2J", .badLineName),
    ("line=\(String(repeating: "l", count: 32))", .badLineName),
    ("chip=c\noffset=-1", .badOffset),
    ("chip=c\noffset=", .badOffset),
    ("chip=c\noffset=65536", .badOffset),
    ("chip=c\noffset=18446744073709551616", .badOffset),
    ("chip=c\noffset=99999999999999999999999999999999", .badOffset),
    ("line=A\ndirection=inout", .badDirection),
    ("line=A\nactive_low=maybe", .badBoolean),
    ("line=A\ndebounce=60001", .badDebounce),
    ("line=A\ndebounce=20ms", .badDebounce),
    ("line=A\ndirection=output\ndebounce=20", .debounceOfOutput),
    ("line=A\ninitial=1", .initialValueOfInput),
    ("line=A\ndirection=output\ninitial=2", .badInitialValue),
    ("line=A\ndescription=", .badText),
    ("line=A\ndescription=\(String(repeating: "d", count: 65))", .badText),
    ("line=A\ndescription=bell\u{7}", .badText),
  ])
  func aHostileLineIsRefused(text: String, expected: ProfileFault.Reason) {
    #expect(reason(inLine: text) == expected)
  }

  @Test(arguments: ["", " ", "two words", "comma,", "star*", "é", String(repeating: "l", count: 33)])
  func aHostileLabelIsRefused(label: String) {
    #expect(fault("[gpio \(label)]\nline=A") == ProfileFault(line: 2, reason: .badLabel))
  }

  @Test(arguments: [
    ("interface=", ProfileFault.Reason.badInterface), ("interface=..", .badInterface),
    ("interface=../x", .badInterface), ("interface=wlan 0", .badInterface),
    ("interface=sixteen-bytes-xx", .badInterface), ("control=/run/wpa", .controlWithoutInterface),
    ("interface=wlan0\ncontrol=run/wpa", .badControlPath),
    ("interface=wlan0\ncontrol=/\(String(repeating: "c", count: 90))", .badControlPath),
  ])
  func aHostileRadioIsRefused(text: String, expected: ProfileFault.Reason) {
    #expect(fault("[wifi]\n" + text)?.reason == expected)
  }

  @Test func theNumberOfLinesIsBounded() throws {
    let most = (0..<256).map { "[gpio l\($0)]\nline=L\($0)" }.joined(separator: "\n")
    #expect(try BoardProfile(settings(most)).lines.count == 256)
    #expect(fault(most + "\n[gpio one]\nline=M") == ProfileFault(line: 514, reason: .tooManyLines))
  }

  @Test func noSettingsTrap() {
    let words = ["gpio ", "gpio a", "board", "wifi", "line", "chip", "offset", "", "\u{0}", "99999999999", "output"]
    var state: UInt64 = 7
    func word() -> [UInt8] {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Array(words[Int(state >> 33) % words.count].utf8)
    }
    for _ in 0..<2_000 {
      let settings = (0..<6).map { Setting(section: word(), key: word(), value: word(), line: $0) }
      _ = try? BoardProfile(settings)
    }
  }
}
