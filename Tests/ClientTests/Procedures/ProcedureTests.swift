import ETF
import PeerNetClient
import PeerNetClientLinux
import Synchronization
import Testing

private let greet = RemoteProcedure<String, String>("greet")
private let double = RemoteProcedure<Int, Int>(module: "Elixir.Calculator", function: "double")
private let add = RemoteProcedure<PositionalArguments, Int>(module: "Elixir.Calculator", function: "add")
private let answer = RemoteProcedure<NoArguments, Int>(module: "calculator", function: "answer")

private struct Mishap: Error {}

/// Typed calls and handlers between two nodes over real sockets.
@Suite struct ProcedureTests {
  /// A node that serves, and the device of another node that it is; connected.
  private func meet() async throws -> (PeerNode, Device) {
    let server = try LoopbackTests.node(11, trusting: 12, wire: nil)
    let client = try LoopbackTests.node(12, trusting: 11, wire: nil)
    try await server.start()
    try await client.start()
    let port = try #require(await server.port)
    var device = client.device(LoopbackTests.key(11).publicKey)
    device.timeout = .seconds(20)
    try await device.connect(at: [Endpoint(ipv4: 0x7f00_0001, port: port)], timeout: .seconds(20))
    return (server, device)
  }

  private func part(_ server: PeerNode, _ device: Device) async {
    await device.node.stop()
    await server.stop()
  }

  /// The reason for which a call was refused.
  private func reason(_ call: () async throws -> Void) async -> Term? {
    do { try await call() } catch PeerNetError.remote(let reason) { return reason } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  @Test func valuesGoThereAndBack() async throws {
    let (server, device) = try await meet()
    await server.expose(greet) { name, request in "hi \(name) of \(request.peerName)" }
    #expect(try await device(greet, "Ada") == "hi Ada of m")
    #expect(try await device.node.call(device.key, greet, "Bo") == "hi Bo of m")
    await server.expose("sum") { (numbers: [String: Double], _) in numbers.values.reduce(0, +) }
    #expect(try await device.call("sum", ["a": 1.5, "b": 2], as: Double.self) == 3.5)
    #expect(try await device.call("sum", as: Double.self) == 0)
    #expect(try await device.call("sum", Term(text: "#{a => 1}"), as: Term.self) == .float(1))
    await part(server, device)
  }

  @Test func argumentsThatDoNotFitNeverReachTheHandler() async throws {
    let (server, device) = try await meet()
    let calls = Mutex(0)
    await server.expose("set") { (levels: [String: Bool], _) in calls.withLock { $0 += 1 } }
    let refused = await reason { _ = try await device.call("set", ["relay": 1], as: Nothing.self) }
    #expect(refused == .binary(utf8: "bad_argument: at relay: expected true or false, got an integer"))
    let error = PeerNetError.remote(try #require(refused))
    #expect(error.code == "bad_argument" && error.message == "at relay: expected true or false, got an integer")
    #expect(calls.withLock { $0 } == 0)
    // One that has nothing to say answers ok.
    #expect(try await device.call("set", ["relay": true], as: Term.self) == .atom("ok"))
    #expect(calls.withLock { $0 } == 1)
    await part(server, device)
  }

  @Test func handlersRefuseInTheirOwnWordsAndFailInSilence() async throws {
    let (server, device) = try await meet()
    let busy = HandlerError(code: "busy", message: "the pump: runs")
    await server.expose("typed") { (_: NoArguments, _) -> Int in throw busy }
    await server.expose("untyped") { _ in throw busy }
    for name: Atom in ["typed", "untyped"] {
      let error = await reason { _ = try await device.call(name, as: Int.self) }.map { PeerNetError.remote($0) }
      #expect(error?.code == "busy" && error?.message == "the pump: runs")
    }
    await server.expose("crash") { (_: NoArguments, _) -> Int in throw Mishap() }
    // What is no term of ours is our mistake, not the caller's.
    await server.expose("odd") { (_: NoArguments, _) in Double.nan }
    await server.expose("strict") { (term: Term, _) in try Int(term: .tuple([term])) }
    for name: Atom in ["crash", "odd", "strict"] {
      #expect(await reason { _ = try await device.call(name, as: Term.self) } == .atom("handler_crash"))
    }
    #expect(await reason { _ = try await device.call("none", as: Term.self) } == .atom("no_such_handle"))
    await part(server, device)
  }

  @Test func anAnswerOfAnotherTypeIsAnError() async throws {
    let (server, device) = try await meet()
    await server.expose("text") { _ in .map([MapPair(.binary(utf8: "a"), .atom("nil"))]) }
    await #expect(
      throws: TermConversionError(expected: "an integer", found: "the atom nil", path: [.key("a")])
    ) { try await device.call("text", as: [String: Int].self) }
    await #expect(throws: TermConversionError.self) { try await device.call("text", Double.infinity, as: Term.self) }
    #expect(try await device.call("text", as: [String: Int?].self) == ["a": nil])
    await part(server, device)
  }

  @Test func functionsOfElixirModules() async throws {
    #expect(double.name == "calculator.double" && answer.name == "calculator.answer" && greet.name == "greet")
    #expect(RemoteProcedure<Int, Int>(module: "Elixir.My.App", function: "go!").name == "my.App.go!")
    #expect(RemoteProcedure<Int, Int>(module: "Elixir.", function: "f").name == ".f")
    let (server, device) = try await meet()
    let forms = Mutex<[Request.Form]>([])
    await server.expose(double) { number, request in
      forms.withLock { $0.append(request.form) }
      return 2 * number
    }
    await server.expose(add) { numbers, _ in
      var sum = 0
      for index in numbers.terms.indices { sum += try numbers(index) as Int }
      return sum
    }
    await server.expose(answer) { _, _ in 42 }
    #expect(try await device(double, 21) == 42)
    #expect(try await device(add, PositionalArguments(40, 2)) == 42)
    #expect(try await device(add, PositionalArguments(42)) == 42)
    #expect(try await device(add, PositionalArguments()) == 0)
    #expect(try await device(answer) == 42)
    // By its own name it is the same.
    #expect(try await device.call("calculator.double", 4) == 8)
    #expect(forms.withLock { $0 } == [.remoteProcedure, .handle])
    // On the wire it is what Elixir nodes expect.
    let call = Term.tuple([.atom("rpc"), .atom("Elixir.Calculator"), .atom("double"), .list([300])])
    #expect(try await device.call("beam_admin", call) == 600)
    let wrong = Term.tuple([.atom("rpc"), .atom("Elixir.Calculator"), .atom("double"), .list([300, 301])])
    let refused = await reason { _ = try await device.call("beam_admin", wrong, as: Term.self) }
    #expect(refused == .binary(utf8: "bad_argument: expected an integer, got a list of 2"))
    await part(server, device)
  }

  @Test func devicesByKeyAndLabel() async throws {
    let (server, device) = try await meet()
    let same = try await device.node.device(named: "l")
    #expect(same.key == device.key)
    #expect(try await same.ping() < .seconds(10))
    #expect(await same.isConnected)
    #expect(await same.status?.entry.name == "l")
    await #expect(throws: PeerNetError.untrustedPeer) { try await device.node.device(named: "nobody") }

    let (heard, listener) = AsyncStream.makeStream(of: String.self)
    await server.expose("tell") { (text: String, _) in _ = listener.yield(text) }
    try await device.send("tell", "hello")
    #expect(await heard.first { _ in true } == "hello")

    await same.disconnect()
    await #expect(throws: PeerNetError.notConnected) { try await device(greet, "Ada") }
    await part(server, device)
  }

  @Test func theNearestTimeoutCounts() async throws {
    let (server, device) = try await meet()
    await server.expose("wait") { (_: NoArguments, _) in try await Task.sleep(for: .seconds(60)) }
    var hasty = device
    hasty.timeout = .milliseconds(20)
    await #expect(throws: PeerNetError.timedOut) { try await hasty.call("wait", as: Nothing.self) }
    let wait = RemoteProcedure<NoArguments, Nothing>("wait", timeout: .milliseconds(20))
    await #expect(throws: PeerNetError.timedOut) { try await device(wait) }
    await #expect(throws: PeerNetError.timedOut) { try await device.node.call(device.key, wait) }
    let patient = RemoteProcedure<NoArguments, Nothing>("wait", timeout: .seconds(600))
    await #expect(throws: PeerNetError.timedOut) { try await device(patient, timeout: .milliseconds(20)) }
    await part(server, device)
  }
}

@Suite struct ReasonTests {
  @Test(
    arguments: [
      ("forbidden", "forbidden", nil),
      ("<<\"busy: try later\">>", "busy", "try later"),
      ("<<\"step_failed: associate: no\">>", "step_failed", "associate: no"),
      ("<<\"bad:\">>", "bad", ""),
      ("<<\"No route\">>", nil, "No route"),
      ("<<\"Oh no: really\">>", nil, "Oh no: really"),
      ("<<\": x\">>", nil, ": x"),
      ("<<255>>", nil, "\u{FFFD}"),
      ("{error, timeout}", nil, nil),
    ] as [(String, String?, String?)])
  func codeAndMessage(_ reason: String, _ code: String?, _ message: String?) throws {
    let error = PeerNetError.remote(try Term(text: reason))
    #expect(error.code == code && error.message == message)
  }

  @Test func othersHaveNone() {
    #expect(PeerNetError.busy.code == nil && PeerNetError.timedOut.message == nil)
    #expect("\(HandlerError(code: "refused", message: "not today"))" == "refused: not today")
  }
}
