import Admin
import Basics
import Linux
import Reactor
import Testing

@testable import Hardware

@Suite struct GPIOLinesTests {
  private static let pump = Array("pump".utf8)
  private static let valve = Array("valve".utf8)
  private static let float = Array("float".utf8)
  private static let door = Array("door".utf8)

  private let soc = FakeChips.Chip(0, "soc", ["PUMP", "VALVE", "FLOAT", "SECRET"])
  private let expander = FakeChips.Chip(1, "expander", ["DOOR"])
  private let reactor: Reactor
  private let profile = [
    LineProfile(label: pump, location: .name(Array("PUMP".utf8), chip: nil), direction: .output),
    LineProfile(
      label: valve, location: .offset(1, chip: Array("soc".utf8)), direction: .output, activeLow: true,
      initialValue: .value(false), description: Array("by the gate".utf8)),
    LineProfile(label: float, location: .name(Array("FLOAT".utf8), chip: nil), bias: .pullUp, debounce: 20),
    LineProfile(label: door, location: .name(Array("DOOR".utf8), chip: nil), activeLow: true),
  ]

  init() throws {
    reactor = try Reactor()
  }

  private func open(debounces: Bool = false) -> (GPIOLines, FakeChips) {
    let chips = FakeChips([soc, expander], debounces: debounces)
    return (GPIOLines(profile, chips: chips, reactor: reactor), chips)
  }

  private func error(_ action: () throws -> Void) -> GPIOError? {
    do {
      try action()
      return nil
    } catch {
      return error as? GPIOError
    }
  }

  private func text(_ error: GPIOError?) -> String? { error.map { String(decoding: $0.reason, as: UTF8.self) } }

  private func value(_ lines: GPIOLines, _ label: [UInt8]) throws -> Bool? { try lines.read([label])[0].value }

  // MARK: What is asked of the chips

  @Test func theProfileReachesTheChips() {
    let (lines, chips) = open()
    #expect(lines.start() == [])
    #expect(
      chips.requests == [
        GPIORequest(profile[0], chip: 0, offset: 0, debounces: false),
        GPIORequest(profile[1], chip: 0, offset: 1, debounces: false),
        GPIORequest(profile[2], chip: 0, offset: 2, debounces: false),
        GPIORequest(profile[3], chip: 1, offset: 0, debounces: false),
      ])
    #expect(chips.requests.map(\.direction) == [.output, .output, .input, .input])
    #expect(chips.requests.map(\.activeLow) == [false, true, false, true])
    #expect(chips.requests.map(\.bias) == [.asIs, .asIs, .pullUp, .asIs])
    #expect(chips.requests.map(\.initialValue) == [.keep, .value(false), .keep, .keep])
    #expect(chips.requests.map(\.edges) == [false, false, true, false])
    #expect(chips.requests.map(\.debounce) == [0, 0, 0, 0])
    #expect(chips.scans == 1)
  }

  @Test func debouncingIsLeftToChipsThatCan() throws {
    let (lines, chips) = open(debounces: true)
    #expect(lines.start() == [])
    #expect(chips.requests.map(\.edges) == [false, false, false, false])
    #expect(chips.requests.map(\.debounce) == [0, 0, 20, 0])
    chips.change(soc.lines[2], to: true)
    #expect(try value(lines, Self.float) == true)
  }

  @Test func linesAreHeldSoThatOthersCannotTakeThem() throws {
    let (lines, chips) = open()
    _ = try lines.read([Self.pump])
    _ = try lines.read([Self.pump])
    #expect(chips.requests.count == 1)
    #expect(soc.lines.map { $0.consumer != nil } == [true, false, false, false])
  }

  @Test func endingLetsEverythingGo() throws {
    do {
      let (lines, _) = open()
      _ = lines.start()
      #expect(soc.lines[0].consumer != nil)
    }
    #expect(soc.lines.allSatisfy { $0.consumer == nil })
    #expect(expander.lines[0].consumer == nil)
  }

  // MARK: Values

  @Test func valuesAreLogical() throws {
    let (lines, chips) = open()
    #expect(try value(lines, Self.door) == true)
    chips.change(expander.lines[0], to: true)
    #expect(try value(lines, Self.door) == false)
  }

  @Test func anOutputKeepsItsLevelOrTakesTheProfiles() throws {
    let (lines, _) = open()
    soc.lines[0].level = true
    #expect(try lines.read([Self.pump, Self.valve]).map(\.value) == [true, false])
    #expect(soc.lines[0].driven == [])
    #expect(soc.lines[1].driven == [true])
  }

  @Test func writingDrivesTheLineAndReadsItBack() throws {
    let (lines, chips) = open()
    let states = try lines.write([(Self.valve, true), (Self.pump, true)])
    #expect(states.map(\.label) == [Self.valve, Self.pump])
    #expect(states.map(\.value) == [true, true])
    #expect(soc.lines[0].driven == [true])
    #expect(soc.lines[1].driven == [true, false])
    // A short circuit: the line does not show what was driven.
    chips.change(soc.lines[0], to: false)
    #expect(try value(lines, Self.pump) == false)
  }

  @Test func listingShowsEveryLineOfTheProfile() {
    let (lines, _) = open()
    let states = lines.list()
    #expect(states.map(\.label) == [Self.pump, Self.valve, Self.float, Self.door])
    #expect(states.map(\.direction) == [.output, .output, .input, .input])
    #expect(states.map(\.activeLow) == [false, true, false, true])
    #expect(states.map(\.bias) == [.asIs, .asIs, .pullUp, .asIs])
    #expect(states.map(\.value) == [false, false, false, true])
    #expect(states[1].description == Array("by the gate".utf8))
    #expect(states.allSatisfy { $0.problem == nil })
  }

  // MARK: Refusals

  @Test func whatTheProfileDoesNotListIsRefused() {
    let (lines, chips) = open()
    #expect(error { _ = try lines.read([Self.pump, Array("SECRET".utf8)]) } == .unlisted(Array("SECRET".utf8)))
    #expect(
      error { _ = try lines.write([(Self.pump, true), (Array("PUMP".utf8), true)]) } == .unlisted(Array("PUMP".utf8)))
    #expect(text(.unlisted(Array("x".utf8))) == "refused: the board profile lists no line x")
    #expect(GPIOError.unlisted([UInt8](repeating: 0x78, count: 100_000)).reason.count < 100)
    #expect(chips.requests == [])
  }

  @Test func anInputIsNotWritten() {
    let (lines, chips) = open()
    let refusal = error { _ = try lines.write([(Self.pump, true), (Self.door, true)]) }
    #expect(text(refusal) == "refused: the board profile makes no output of line door")
    #expect(chips.requests == [])
  }

  @Test func aLineIsNamedOnce() {
    let (lines, chips) = open()
    let refusal = error { _ = try lines.write([(Self.pump, true), (Self.valve, true), (Self.pump, false)]) }
    #expect(text(refusal) == "bad_argument: named twice: line pump")
    #expect(error { _ = try lines.read([Self.pump, Self.pump]) } == .twice(Self.pump))
    #expect(chips.requests == [])
  }

  @Test func aBusyLineNamesItsUserAndIsTriedAgain() throws {
    let (lines, _) = open()
    soc.lines[1].consumer = Array("gpio-fan".utf8)
    #expect(text(error { _ = try lines.read([Self.valve]) }) == "busy: line valve is used by gpio-fan")
    // Nothing is set when one of several cannot be had.
    #expect(text(error { _ = try lines.write([(Self.pump, true), (Self.valve, true)]) })?.hasPrefix("busy: ") == true)
    #expect(soc.lines[0].driven == [])
    let states = lines.list()
    #expect(states.map { $0.problem == nil } == [true, false, true, true])
    #expect(states.map { $0.value == nil } == [false, true, false, false])

    soc.lines[1].consumer = nil
    #expect(try value(lines, Self.valve) == false)
    soc.lines[2].consumer = []
    #expect(try value(lines, Self.float) == false, "held since it was listed")
  }

  @Test func aRefusalOfTheKernelsIsPassedOn() {
    let (lines, _) = open()
    soc.lines[2].refusal = Errno("request", .invalidArgument)
    #expect(text(error { _ = try lines.read([Self.float]) }) == "unavailable: line float: request: Invalid argument")
    #expect(lines.start().count == 1)
  }

  @Test func aMissingChipIsNamed() {
    let (lines, _) = open()
    expander.isGone = true
    soc.isGone = true
    #expect(
      text(error { _ = try lines.read([Self.valve]) })
        == "unavailable: line valve: no chip has the label that the board profile gives")
    #expect(lines.start().count == 4)
  }

  // MARK: A chip that vanishes

  @Test func aVanishedChipIsUnavailableUntilItIsBack() throws {
    let (lines, chips) = open()
    #expect(lines.start() == [])
    _ = try lines.write([(Self.pump, true), (Self.valve, true)])
    chips.unplug(soc)
    #expect(text(error { _ = try lines.read([Self.pump]) }) == "unavailable: line pump: read: No such device")
    #expect(
      text(error { _ = try lines.write([(Self.valve, false)]) }) == "unavailable: line valve: write: No such device")
    #expect(try value(lines, Self.door) == true, "the other chip still works")
    #expect(lines.list().map { $0.problem == nil } == [false, false, false, true])

    // It comes back under another number, with the levels it has after power-up.
    let again = FakeChips.Chip(7, "soc", ["PUMP", "VALVE", "FLOAT", "SECRET"])
    chips.chips.append(again)
    #expect(lines.list().map(\.value) == [false, false, false, true])
    #expect(again.lines[1].driven == [true], "the profile's initial value, not the last one")
    #expect(soc.lines.allSatisfy { $0.consumer == nil }, "the old lines were let go")
  }

  @Test func aVanishedChipDoesNotKeepTheLoopBusy() throws {
    let (lines, chips) = open()
    _ = try lines.read([Self.float])
    chips.unplug(soc)
    var turns = 0
    reactor.onTurn = { turns += 1 }
    try reactor.runOnce(maxWait: .zero)
    let before = Clock.now()
    try reactor.runOnce(maxWait: .milliseconds(20))
    #expect(Clock.now() - before >= .milliseconds(19), "the descriptor is not watched any more")
    #expect(turns == 2)
    #expect(text(error { _ = try lines.read([Self.float]) }) == "unavailable: line float: read edge: No such device")
  }

  // MARK: Debounce

  @Test func anInputCountsOnceItIsStable() throws {
    let (lines, chips) = open()
    let line = soc.lines[2]
    #expect(try value(lines, Self.float) == false)
    for _ in 0..<3 {
      chips.change(line, to: true, after: 5_000_000)
      chips.change(line, to: false, after: 1_000_000)
    }
    chips.change(line, to: true, after: 5_000_000)
    #expect(try value(lines, Self.float) == false)
    chips.clock += 19_999_999
    #expect(try value(lines, Self.float) == false)
    chips.clock += 1
    #expect(try value(lines, Self.float) == true)
  }

  @Test func thePeriodCountsFromTheEdgeNotFromTheLook() throws {
    let (lines, chips) = open()
    _ = try lines.read([Self.float])
    chips.change(soc.lines[2], to: true, after: 5_000_000)
    chips.clock += 20_000_000
    #expect(try value(lines, Self.float) == true)
  }

  @Test func theReactorTakesEdgesInBeforeTheQueueOverflows() throws {
    let (lines, chips) = open()
    let line = soc.lines[2]
    _ = try lines.read([Self.float])
    for _ in 0..<10 {
      for _ in 0..<5 {
        chips.change(line, to: true, after: 1_000_000)
        chips.change(line, to: false, after: 1_000_000)
      }
      try reactor.runOnce(maxWait: .zero)
      #expect(line.edges.isEmpty)
    }
    chips.change(line, to: true, after: 1_000_000)
    chips.clock += 20_000_000
    #expect(try value(lines, Self.float) == true)
  }

  @Test func lostEdgesAreMadeUpByLooking() throws {
    let (lines, chips) = open()
    let line = soc.lines[2]
    _ = try lines.read([Self.float])
    // The queue holds 16 of these 21; the last that it holds is a fall, and the line has risen since.
    for _ in 0..<10 {
      chips.change(line, to: true, after: 1_000_000)
      chips.change(line, to: false, after: 1_000_000)
    }
    chips.change(line, to: true, after: 1_000_000)
    chips.clock += 500_000_000
    #expect(try value(lines, Self.float) == false, "since when it stands is not known")
    chips.clock += 20_000_000
    #expect(try value(lines, Self.float) == true)
  }
}
