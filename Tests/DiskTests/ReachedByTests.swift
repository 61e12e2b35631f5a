import Disk
import Testing

/// What a trial must be reachable by, from what the system before it was reached by.
struct ReachedByTests {
  private let eth = Array("eth0".utf8)
  private let usb = Array("usb0".utf8)
  private let wlan = Array("wlan0".utf8)

  @Test func theRadioGoesBeforeTheCable() {
    var reached = ReachedBy()
    #expect(reached.path(radio: wlan) == .any)
    let notes = [reached.note(eth), reached.note(eth)]
    #expect(notes == [true, false])
    #expect(reached.path(radio: wlan) == .interfaces([eth]))
    _ = reached.note(wlan)
    #expect(reached.path(radio: wlan) == .interfaces([wlan]))
    #expect(reached.path(radio: usb) == .interfaces([eth, wlan]))
    #expect(reached.path(radio: nil) == .interfaces([eth, wlan]))
  }

  @Test func theTextIsReadBack() {
    var reached = ReachedBy()
    _ = reached.note(wlan)
    _ = reached.note(eth)
    #expect(reached.text == Array("wlan0\neth0\n".utf8))
    #expect(ReachedBy(reached.text) == reached)
  }

  @Test func halfAFileIsNone() {
    let text = Array("wlan0\neth0\n".utf8)
    // Of the cuts only the one at a line's end is a file.
    for end in 0..<text.count where end != 6 { #expect(ReachedBy(Array(text[..<end])) == nil) }
    for broken in ["\n", "wlan0\n\n", "wlan0\nwlan0\n", "wlan 0\n", "\u{0}\n", "a-name-of-16-byte\n"] {
      #expect(ReachedBy(Array(broken.utf8)) == nil, "\(broken)")
    }
    let many = (0..<9).map { "eth\($0)\n" }.joined()
    #expect(ReachedBy(Array(many.utf8)) == nil)
  }
}
