import Disk
import PeerNet
import Testing

struct TrialTests {
  private let eth = Array("eth0".utf8)
  private let wlan = Array("wlan0".utf8)

  private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: 5) + .seconds(seconds) }

  @Test func aServedPeerAndANetworkConfirmAtOnce() {
    var watch = Trial(now: at(0))
    #expect(watch.verdict(at(1)) == nil)
    watch.handleNetworks([eth], now: at(2))
    #expect(watch.verdict(at(2)) == nil)
    watch.handleServed(over: eth, provesNetwork: true, now: at(3))
    #expect(watch.verdict(at(3)) == .confirm(.servedPeer))
    #expect(watch.verdict(at(4)) == nil)
    #expect(watch.deadline == nil)
  }

  @Test func aPeerServedBeforeTheNetworkWaitsForIt() {
    var watch = Trial(now: at(0))
    watch.handleServed(over: nil, provesNetwork: false, now: at(0))
    #expect(watch.verdict(at(1)) == nil)
    watch.handleNetworks([eth], now: at(5))
    #expect(watch.deadline == nil, "the verdict waits to be taken")
    #expect(watch.verdict(at(5)) == .confirm(.servedPeer))
  }

  @Test func patienceConfirms() {
    var watch = Trial(patience: .seconds(300), now: at(0))
    watch.handleNetworks([eth], now: at(10))
    #expect(watch.deadline == at(310))
    #expect(watch.verdict(at(309)) == nil)
    #expect(watch.verdict(at(310)) == .confirm(.patience))
  }

  @Test func patienceIsThatOfAllTimeWithANetwork() {
    var watch = Trial(patience: .seconds(300), now: at(0))
    watch.handleNetworks([eth], now: at(0))
    watch.handleNetworks([], now: at(200))
    #expect(watch.deadline == at(800))
    watch.handleNetworks([eth], now: at(700))
    // Said a second time, it does not count twice.
    watch.handleNetworks([eth], now: at(750))
    #expect(watch.deadline == at(800))
    #expect(watch.verdict(at(799)) == nil)
    #expect(watch.verdict(at(800)) == .confirm(.patience))
  }

  @Test func withoutANetworkItGivesUp() {
    var watch = Trial(now: at(0))
    watch.handleServed(over: nil, provesNetwork: false, now: at(0))
    #expect(watch.deadline == at(600))
    #expect(watch.verdict(at(599)) == nil)
    #expect(watch.verdict(at(600)) == .giveUp(.noNetwork))
    #expect(watch.verdict(at(601)) == nil)
    watch.handleNetworks([eth], now: at(602))
    #expect(watch.verdict(at(602)) == nil)
  }

  @Test func aNetworkThatIsLostForGoodIsNone() {
    var watch = Trial(now: at(0))
    watch.handleNetworks([eth], now: at(5))
    watch.handleNetworks([], now: at(10))
    #expect(watch.verdict(at(609)) == nil)
    #expect(watch.verdict(at(610)) == .giveUp(.noNetwork))
  }

  @Test func noPatienceNeedsTheNetworkAlone() {
    var watch = Trial(patience: .zero, now: at(0))
    #expect(watch.verdict(at(0)) == nil)
    watch.handleNetworks([eth], now: at(1))
    #expect(watch.verdict(at(1)) == .confirm(.patience))
  }

  @Test func aCableDoesNotConfirmWhatIsReachedByRadio() {
    var watch = Trial(path: .interfaces([wlan]), now: at(0))
    watch.handleNetworks([eth], now: at(2))
    watch.handleServed(over: eth, provesNetwork: true, now: at(3))
    watch.handleServed(over: nil, provesNetwork: true, now: at(3))
    #expect(watch.verdict(at(3)) == nil)
    // However long the cable is there.
    #expect(watch.deadline == at(600))
    watch.handleNetworks([eth, wlan], now: at(20))
    // The call by cable tells nothing of the radio.
    #expect(watch.verdict(at(20)) == nil)
    #expect(watch.deadline == at(320))
    watch.handleServed(over: wlan, provesNetwork: true, now: at(30))
    #expect(watch.verdict(at(30)) == .confirm(.servedPeer))
  }

  @Test func aRadioThatStaysAwayUndoesTheSystemBesideACable() {
    var watch = Trial(path: .interfaces([wlan]), now: at(0))
    watch.handleNetworks([eth], now: at(2))
    watch.handleServed(over: eth, provesNetwork: true, now: at(3))
    #expect(watch.verdict(at(599)) == nil)
    #expect(watch.verdict(at(600)) == .giveUp(.noNetwork))
  }

  @Test func theRadioAloneConfirmsByPatience() {
    var watch = Trial(path: .interfaces([wlan]), patience: .seconds(300), now: at(0))
    watch.handleNetworks([eth, wlan], now: at(10))
    watch.handleNetworks([wlan], now: at(50))
    #expect(watch.verdict(at(309)) == nil)
    #expect(watch.verdict(at(310)) == .confirm(.patience))
  }

  @Test func anyOfSeveralInterfacesWillDo() {
    var watch = Trial(path: .interfaces([eth, wlan]), now: at(0))
    watch.handleServed(over: eth, provesNetwork: true, now: at(3))
    #expect(watch.verdict(at(3)) == .confirm(.servedPeer))
  }
}

extension Trial {
  fileprivate mutating func verdict(_ now: Instant) -> Verdict? {
    timeout(now: now)
    return nextOutput()
  }
}
