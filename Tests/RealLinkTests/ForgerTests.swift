import PeerNet
import Programs
import RealLinks
import Testing

/// The command line finds its board although a stranger floods the network with announces.
@Suite(.enabled(if: Privileges.areRoot), .serialized) struct ForgerTests {
  /// Three who have paired the board and never met it: none of them remembers an address. Each gives the call ten seconds,
  /// as the command line does by default.
  @Test func forgedAnnouncesDoNotKeepAPersonFromABoard() async throws {
    let lan = try await FlakyLan(boards: 2, seed: 20)
    var people: [FieldCommandLine] = []
    for _ in 0..<3 { people.append(try await FieldCommandLine(on: lan)) }
    let board = try await FieldBoard.start(
      on: lan,
      trusting: people.enumerated().map { index, person in
        TrustEntry(
          key: person.key, label: Array("operator\(index)".utf8), grants: Grants(text: Array("system.info".utf8))!)
      })
    let forger = try await Forger(on: lan, 1, claiming: .key(board.key), perSecond: 200)
    defer { forger.stop() }
    // The flood is there before the first of them looks for the board.
    try await Task.sleep(for: .seconds(1))
    for person in people {
      #expect(try await person.run("pair", "\(board.key)", "greenhouse").status == 0)
      let (start, before) = (ContinuousClock.now, forger.count)
      let answer = try await person.run("call", "greenhouse", "system.info")
      let rate = Double(forger.count - before) / ((ContinuousClock.now - start) / .seconds(1))
      report(
        "a call was answered after \(answer.duration.text), beside \(Int(rate)) forged announces a second")
      #expect(answer.status == 0, "\(answer)")
      #expect(answer.duration < .seconds(5))
    }
    forger.stop()
    #expect(try await board.stop())
  }

  /// A thousand keys a second that nobody has. The board is a stranger, too: no pairing puts it before the others.
  @Test func aFloodOfKeysDoesNotHideABoard() async throws {
    let lan = try await FlakyLan(boards: 2, seed: 21)
    let person = try await FieldCommandLine(on: lan)
    let board = try await FieldBoard.start(on: lan, trusting: [])
    let forger = try await Forger(on: lan, 1, claiming: .randomKeys, perSecond: 1_000)
    defer { forger.stop() }
    try await Task.sleep(for: .seconds(1))
    let place = "\(FlakyLan.address(FlakyLan.host(ofBoard: 0))):\(FieldBoard.port)"
    for _ in 0..<3 {
      let (start, before) = (ContinuousClock.now, forger.count)
      let seen = try await person.run("discover", "--for", "3")
      let rate = Double(forger.count - before) / ((ContinuousClock.now - start) / .seconds(1))
      let lines = seen.output.split(separator: "\n")
      let isFound = lines.contains { $0.contains(place) && $0.contains("\(board.key)") }
      report(
        "discover listed \(lines.count - 1) places beside \(Int(rate)) announces a second, the board \(isFound ? "too" : "not")"
      )
      #expect(isFound)
    }
    forger.stop()
    #expect(try await board.stop())
  }
}
