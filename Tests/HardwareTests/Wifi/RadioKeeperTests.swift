import Admin
import PeerNet
import TestKit
import Testing

@testable import Hardware

/// What follows a restart, in virtual time.
@Suite final class RadioKeeperTests {
  /// Answers at once.
  final class Port: NmcliPort {
    let interface = bytes("wlan0")
    let wireless: [UInt8] = []
    var commands: [NmcliCommand] = []
    var answer: (NmcliCommand) -> NmcliOutcome = { _ in NmcliOutcome(.exited(0)) }

    func run(_ command: NmcliCommand, by deadline: Instant, completion: @escaping (NmcliOutcome) -> Void) {
      commands.append(command)
      completion(answer(command))
    }
  }

  static let connection = ConnectionIdentifier(bytes("6a3f3c1e-5b0a-4b2d-9d6e-0123456789ab"))!
  static let failed = WifiDialogue.Result.failed(WifiError(step: .activate, reason: .wrongKey))
  let clock = VirtualClock()
  let port = Port()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func keeper() -> RadioKeeper { RadioKeeper(path: bytes(folder.path("radio")), port: port, clock: clock) }

  func run(_ command: NmcliCommand, _ keeper: RadioKeeper) -> NmcliOutcome? {
    var outcome: NmcliOutcome?
    keeper.run(command, by: clock.now + .seconds(1)) { outcome = $0 }
    return outcome
  }

  func device(_ state: Int) -> NmcliOutcome {
    NmcliOutcome(.exited(0), output: bytes("GENERAL.TYPE:wifi\nGENERAL.STATE:\(state) (x)\n"))
  }

  @Test func aConnectionThatFailedIsActivatedUntilItIsThere() {
    var state = 30
    port.answer = { $0 == .device ? self.device(state) : NmcliOutcome(.exited(0)) }
    let keeper = keeper()
    _ = run(.activate(Self.connection, wait: 20), keeper)
    keeper.keep(after: Self.failed)
    port.commands = []
    clock.advance(.seconds(59))
    #expect(port.commands == [])
    clock.advance(.seconds(2))
    #expect(port.commands == [.device, .activate(Self.connection, wait: 1)])
    // What NetworkManager is at is not disturbed.
    state = 50
    clock.advance(.seconds(60))
    #expect(port.commands.count == 3)
    state = 30
    clock.advance(.seconds(60))
    #expect(port.commands.suffix(2) == [.device, .activate(Self.connection, wait: 1)])
    state = 100
    clock.advance(.seconds(60))
    let count = port.commands.count
    clock.advance(.seconds(3_600))
    #expect(port.commands.count == count && port.commands.last == .device)
  }

  @Test func aLaterRestartThatSucceedsEndsIt() {
    port.answer = { $0 == .device ? self.device(30) : NmcliOutcome(.exited(0)) }
    let keeper = keeper()
    _ = run(.activate(Self.connection, wait: 20), keeper)
    keeper.keep(after: Self.failed)
    keeper.keep(after: Self.failed)
    clock.advance(.seconds(61))
    #expect(port.commands.filter { $0 == .device }.count == 1, "one watch, however many failures")
    keeper.keep(after: .status(WifiStatus()))
    clock.advance(.seconds(60))
    let count = port.commands.count
    clock.advance(.seconds(3_600))
    #expect(port.commands.count == count)
  }

  @Test func withoutAConnectionWhicheverFits() {
    port.answer = { $0 == .device ? self.device(30) : NmcliOutcome(.exited(0)) }
    keeper().keep(after: Self.failed)
    clock.advance(.seconds(61))
    #expect(port.commands == [.device, .connect(wait: 1)])
  }

  @Test func aRadioThatIsOffIsLeftAlone() {
    port.answer = { _ in self.device(20) }
    keeper().keep(after: Self.failed)
    clock.advance(.seconds(3_600))
    #expect(port.commands.allSatisfy { $0 == .device })
  }

  @Test func switchingOnIsRepeatedUntilItWorks() {
    let keeper = keeper()
    #expect(run(.switchOff, keeper)?.isDone == true)
    port.answer = { _ in NmcliOutcome(.exited(8)) }
    #expect(run(.switchOn, keeper)?.isDone == false)
    keeper.restore()
    keeper.restore()
    #expect(port.commands == [.switchOff, .switchOn, .switchOn])
    clock.advance(.seconds(25))
    #expect(port.commands.count == 5)
    port.answer = { _ in NmcliOutcome(.exited(0)) }
    clock.advance(.seconds(10))
    #expect(port.commands.count == 6)
    port.answer = { _ in self.device(100) }
    clock.advance(.seconds(3_600))
    #expect(port.commands.count == 7 && port.commands.last == .device)
  }

  @Test func theNextAgentBringsTheConnectionBack() {
    let before = keeper()
    _ = run(.activate(Self.connection, wait: 20), before)
    #expect(run(.switchOff, before)?.isDone == true)
    port.commands = []
    port.answer = { $0 == .device ? self.device(30) : NmcliOutcome(.exited(0)) }
    let next = keeper()
    next.restore()
    clock.advance(.seconds(61))
    #expect(port.commands == [.switchOn, .device, .activate(Self.connection, wait: 1)])
  }

  @Test func withoutItsNoteTheRadioStaysOn() {
    let keeper = RadioKeeper(path: bytes("/nowhere/radio"), port: port, clock: clock)
    #expect(run(.switchOff, keeper) == NmcliOutcome(.absent))
    #expect(port.commands == [])
  }
}
