import PeerNet
import Testing

@testable import Admin

/// What wpa_supplicant 2.10 replies of many access points: each reply ends at 4 KiB.
struct NumberedSupplicant {
  private let count: Int
  private let name: (Int) -> String

  init(_ count: Int, name: @escaping (Int) -> String = { "neighbour-with-a-long-name-\(100 + $0)" }) {
    self.count = count
    self.name = name
  }

  private func bssid(_ index: Int) -> String { "02:00:00:01:\(10 + index / 90):\(10 + index % 90)" }
  private func level(_ index: Int) -> Int { -30 - index % 60 }

  /// SCAN_RESULTS ends before the first line that does not fit.
  var results: String {
    var text = "bssid / frequency / signal level / flags / ssid\n"
    for index in 0..<count {
      let line = "\(bssid(index))\t2412\t\(level(index))\t[WPA2-PSK-CCMP][WPS][ESS]\t\(name(index))\n"
      guard text.utf8.count + line.utf8.count < 4_096 else { break }
      text += line
    }
    return text
  }

  /// BSS goes on behind an entry that does not fit: a shorter one may.
  func reply(from first: UInt32) -> String {
    var text = ""
    for index in 0..<count where UInt32(3 * index) >= first {
      let entry =
        "id=\(3 * index)\nbssid=\(bssid(index))\nfreq=2412\nlevel=\(level(index))\nflags=[WPA2-PSK-CCMP][WPS][ESS]\n"
        + "ssid=\(name(index))\n" + (index == count - 1 ? "####\n" : "====\n")
      if text.utf8.count + entry.utf8.count < 4_096 { text += entry }
    }
    return text
  }

  func answer(_ command: SupplicantCommand) -> [(Int64, ScriptedSupplicant.Act)] {
    switch command {
    case .scan: [(1, .say("OK\n")), (100, .say("<3>CTRL-EVENT-SCAN-RESULTS "))]
    case .scanResults: [(1, .say(results))]
    case .bss(let first): [(1, .say(reply(from: first)))]
    default: [(1, .say("OK\n"))]
    }
  }
}

@Suite struct LongScanTests {
  private func scan(_ answers: (SupplicantCommand) -> [(Int64, ScriptedSupplicant.Act)]) -> (
    list: ScanList?, script: ScriptedSupplicant
  ) {
    var script = ScriptedSupplicant(.scan)
    let result = script.run { command, _ in answers(command) }
    guard case .scan(let list)? = result else { return (nil, script) }
    return (list, script)
  }

  private func names(_ list: ScanList?) -> Set<String> { Set(list?.entries.map { text($0.ssid) } ?? []) }

  @Test func whatDoesNotFitInOneReplyIsAskedForByNumber() {
    let supplicant = NumberedSupplicant(60)
    #expect(ScanList(scanResults: bytes(supplicant.results)).entries.count < 55)
    let (list, script) = scan(supplicant.answer)
    #expect(list?.entries.count == 60 && list?.isCutOff == false)
    #expect(names(list).count == 60)
    #expect(list?.entries.map(\.signal) == (0..<60).map { -30 - $0 })
    #expect(list?.entries.allSatisfy { $0.security == .wpa2 && $0.frequency == 2412 } == true)
    #expect(script.commands.count { if case .bss = $0 { true } else { false } } < 6)
    #expect(script.milliseconds < 200)
  }

  /// Every second has the longest name there is, each byte of it printed as four.
  @Test func anEntryThatIsSkippedForItsLengthIsNotLost() {
    let supplicant = NumberedSupplicant(60) { index in
      index % 2 == 1 ? String(repeating: "\\xe9", count: 31) + "\\x\(10 + index)" : "n\(100 + index)"
    }
    let (list, _) = scan(supplicant.answer)
    #expect(Set(list?.entries.map(\.ssid) ?? []).count == 60)
    #expect(list?.isCutOff == false)
  }

  /// An answer lists 64, the strongest of them all.
  @Test func ofManyTheStrongestAreListed() {
    let (list, _) = scan(NumberedSupplicant(200).answer)
    #expect(list?.entries.count == 64 && list?.isCutOff == true)
    // Four of each of the twenty strongest levels.
    #expect(list?.entries.last?.signal == -45)
  }

  @Test(arguments: ["FAIL\n", "UNKNOWN COMMAND\n", "", "OK\n", "garbage\n", "id=1\n", "====\n"])
  func aSupplicantThatDoesNotNumberThemIsTakenAtItsFirstWord(_ reply: String) {
    let supplicant = NumberedSupplicant(60)
    let (list, _) = scan { command in
      if case .bss = command { return [(1, .say(reply))] }
      return supplicant.answer(command)
    }
    #expect(list == ScanList(scanResults: bytes(supplicant.results)))
    #expect(list?.isCutOff == true)
  }

  @Test func oneThatFallsSilentOrEndsMeanwhileToo() {
    let supplicant = NumberedSupplicant(60)
    let first = ScanList(scanResults: bytes(supplicant.results))
    for acts in [[], [(1, .die)]] as [[(Int64, ScriptedSupplicant.Act)]] {
      let (list, script) = scan { command in
        if case .bss = command { return acts }
        return supplicant.answer(command)
      }
      #expect(list == first)
      #expect(script.milliseconds < 2_200)
    }
  }

  /// Full replies without end, of numbers that stand still, go back or rise one at a time.
  @Test(arguments: [0, 1, 2]) func aListWithoutEndEnds(_ kind: Int) {
    let supplicant = NumberedSupplicant(60)
    let (list, script) = scan { command in
      guard case .bss(let first) = command else { return supplicant.answer(command) }
      let number = [7, first == 0 ? 9 : first - 1, first][kind]
      let entry = "id=\(number)\nbssid=02:00:00:00:00:01\nfreq=2412\nlevel=-40\nflags=\nssid=x\n====\n"
      return [(1, .say(entry + String(repeating: "x", count: 8_000)))]
    }
    #expect(list?.isCutOff == true)
    #expect(script.commands.count < 40)
  }
}
