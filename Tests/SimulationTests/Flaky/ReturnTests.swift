import FlakyLinks
import PeerNet
import Testing
import VirtualNetwork

/// Coming back: how soon a peer is usable again, and what a herd does to the one that all of it comes back to. The seeds are
/// in the messages; `Scripts/flaky --recovery` and `--herd` run the same with as many as one likes.
@Suite struct ReturnTests {
  private static let seed: UInt64 = 11

  private static func quantiles(_ cause: Recovery.Cause, _ weather: Weather = .clear) -> (
    median: TimeSpan, high: TimeSpan
  ) {
    let times = Recovery.ofNodes(cause, trials: 30, seed: seed, weather: weather)
    return (Measurement.quantile(0.5, of: times)!, Measurement.quantile(0.99, of: times)!)
  }

  @Test(arguments: [Recovery.Cause.linkUpAfterMinutes, .linkUpAfterSeconds])
  func aLinkThatIsBackIsUsedAtOnce(cause: Recovery.Cause) {
    let (median, high) = Self.quantiles(cause)
    #expect(median <= .milliseconds(500) && high <= .seconds(2), "seed \(Self.seed), \(cause): \(median), \(high)")
  }

  @Test(arguments: [Recovery.Cause.addressChange, .addressChangeOfListener])
  func anotherAddressIsHardlyNoticed(cause: Recovery.Cause) {
    let (_, high) = Self.quantiles(cause)
    #expect(high <= .milliseconds(1_500), "seed \(Self.seed): \(high)")
  }

  /// A lost first packet of a dial does not cost the second that the kernel waits.
  @Test(arguments: Recovery.Cause.allCases) func lossDelaysLittle(cause: Recovery.Cause) {
    let (median, high) = Self.quantiles(cause, .lossy)
    // Where both announces are lost, silence tells, and at this loss a verdict takes up to 14 s (README, p99 of 10,000 hours).
    let bound = TimeSpan.seconds(cause == .addressChangeOfListener ? 15 : 4)
    #expect(median <= .seconds(1) && high <= bound, "seed \(Self.seed), \(cause): \(median), \(high)")
  }

  @Test(arguments: Herd.Return.allCases) func aHerdComesBackOutOfStep(cause: Herd.Return) {
    let seed: UInt64 = 3
    let herd = Herd(cause, boards: 80, after: .seconds(60), seed: seed)
    #expect(herd.last <= .seconds(15), "seed \(seed): \(herd.last)")
    #expect(herd.handshakes.count < 2 * 80, "seed \(seed): \(herd.handshakes.count)")
    // A hub that starts is not the row of an access point: what it remembers it dials, and then all hear it at once.
    let bound = cause == .hub ? 12.0 : 5
    #expect(herd.peak <= bound * herd.mean, "seed \(seed): \(herd.peak) and \(herd.mean) a second")
  }

  /// What was proven before a power cut is dialled after it, without any announce.
  @Test(arguments: [true, false]) func rememberedAddressesSurviveARestart(keepsMemory: Bool) {
    let world = World(machines: 2, weather: .clear, seed: 5) { $0.dialsAutomatically = true }
    world.connect(0, 1)
    #expect(world.run(upTo: .seconds(5)) { world.isConnected(0, 1) })
    world.cutPower(0)
    world.run(.seconds(300))
    world.restorePower(0, keepsMemory: keepsMemory)
    #expect(world.run(upTo: .seconds(1)) { world.isConnected(0, 1) } == keepsMemory)
  }
}
