import Foundation
import PeerNetClientLinux
import TestKit
import Testing

/// Runs what the cookbook shows, but for what goes on around a node.
@Suite struct CookbookTests {
  static let fresh = MemoryStore().publicKey

  @Test func anAddressIsEnough() async throws {
    let near = try await Neighbours()
    let port = try #require(await near.lamp.port)
    let store = MemoryStore()
    try await near.lamp.pair(store.publicKey, label: "third")
    _ = try store.changeTrust { try $0.pair(near.lampKey, label: Array("lamp".utf8), grants: nil, wire: nil) }
    #expect(try await connectByAddress(store, near.lampKey, "127.0.0.1:\(port)"))
    await #expect(throws: (any Error).self) { _ = try await connectByAddress(store, near.lampKey, "lamp.example") }
    await near.stop()
  }

  @Test func peersAreShownAsTheyComeAndGo() async throws {
    let near = try await Neighbours()
    let shown = Shown()
    let showing = Task { await showPeers(near.phone) { shown.show($0) } }
    try await shown.wait(for: "lamp is here")
    await near.lamp.stop()
    try await shown.wait(for: "lamp is away")
    await near.phone.stop()
    await showing.value
  }

  @Test func neighboursAreShown() async throws {
    var configuration = PeerNode.Configuration(store: MemoryStore())
    configuration.network = Network(listen: .loopback(), interfaces: ["lo"])
    let lamp = try PeerNode(configuration)
    try await lamp.start()
    let phone = try local(MemoryStore())
    try await phone.start()
    let shown = Shown()
    let showing = Task { await showNeighbours(phone) { shown.show($0) } }
    let (key, port) = (try #require(await lamp.publicKey), try #require(await lamp.port))
    try await shown.wait(for: "\(key) says that it is at 127.0.0.1:\(port)")
    await phone.stop()
    await showing.value
    await lamp.stop()
  }

  @Test func eachKeyMayDoWhatItWasGranted() async throws {
    let near = try await Neighbours(allow: "")
    await exposeByAccess(near.lamp)
    #expect(try await near.device.call("whoami") == "phone")
    try await expectForbidden(near.device, "lamp.toggle")
    try await grantToKeys(near.lamp, near.phoneKey, Self.fresh)
    #expect(try await near.device.call("lamp.toggle") == "on")
    #expect(try await near.device.call("door.open", "garden") == "garden is open")
    await #expect(throws: PeerNetError.remote("refused: not this door".term)) {
      _ = try await near.device.call("door.open", "cellar", as: String.self)
    }
    #expect(await near.lamp.status(of: Self.fresh)?.entry.grants.isEmpty == true)
    try await changeGrants(near.lamp, near.phoneKey, Self.fresh)
    try await expectForbidden(near.device, "lamp.toggle")
    #expect(await near.lamp.status(of: Self.fresh) == nil)
    await near.stop()
  }

  private func expectForbidden(_ device: Device, _ name: Atom) async throws {
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) {
      _ = try await device.call(name, as: String.self)
    }
  }

  @Test func aScannedKeyIsPaired() async throws {
    let near = try await Neighbours()
    let text = try await textForQRCode(near.lamp)
    #expect(text.utf8.count == 52 && PublicKey(text) == near.lampKey)
    let shown = Shown()
    let show = { @Sendable line in shown.show(line) }
    try await pairScanned(near.phone, "nonsense", show)
    #expect(shown.lines == ["This is no key."])
    try await pairScanned(near.phone, text, show)
    #expect(await near.phone.status(of: near.lampKey)?.entry.name == "garden")
    #expect(shown.lines.last?.contains(String(decoding: near.lampKey.fingerprint, as: UTF8.self)) == true)
    try await pairScanned(near.phone, Self.fresh.description, show)
    #expect(shown.lines.last == "It cannot be added: duplicate_label.")
    try await pairScanned(near.phone, near.phoneKey.description, show)
    #expect(shown.lines.last == "This is your own key.")
    await near.stop()
  }

  @Test func manyNodesGreetEachOther() async throws {
    #expect(
      try await manyNodes(["Ada", "Bob", "Cem"]) == [
        "Bob greets Ada", "Cem greets Ada", "Ada greets Bob", "Cem greets Bob", "Ada greets Cem", "Bob greets Cem",
      ])
  }

  @Test func elixirIsCalledAndCalls() async throws {
    let near = try await Neighbours()
    // The part of the node in Elixir is played by one of ours: the same terms travel.
    await near.lamp.expose("greet") { (name: String, _) in "hello \(name)" }
    await near.lamp.expose("clock.uptime", isRemoteProcedure: true) { (_: NoArguments, _) in "3 days" }
    #expect(try await callElixir(near.device) == ["hello Anna", "3 days"])
    await exposeToElixir(near.lamp)
    let dim = RemoteProcedure<Int, String>(module: "Elixir.Lamp", function: "dim")
    #expect(try await near.device(dim, 40) == "dimmed to 40")
    #expect(try await near.device.call("lamp.dim", 30) == "dimmed to 30")
    let reading = Reading(sensor: "cellar", celsius: 11.5)
    #expect(try reading.term[binaryKey: "sensor"] == "cellar".term)
    #expect(try Reading(term: reading.term).celsius == 11.5)
    // The handler in Elixir beside it matches both keys.
    #expect(try Reading(sensor: "cellar").term[binaryKey: "celsius"] == .atom("nil"))
    await near.stop()
  }

  @Test func aFailureIsAnsweredByWhatItMeans() async throws {
    let near = try await Neighbours(allow: "lamp.*")
    let toggled = Shown()
    await near.lamp.expose("lamp.toggle") { (_: NoArguments, _) in
      toggled.show("toggled")
      return "on"
    }
    await near.lamp.expose("lamp.status") { (_: NoArguments, _) in "still on" }
    await near.phone.disconnect(from: near.lampKey)
    for await peers in await near.phone.peers where !peers[0].isConnected { break }
    #expect(try await toggleOnce(near.device) == "on")
    #expect(toggled.lines.count == 1)
    // One that is slow to answer may have done it.
    await near.lamp.expose("lamp.toggle") { (_: NoArguments, _) in
      toggled.show("toggled")
      try await Task.sleep(for: .seconds(60))
    }
    var device = near.device
    device.timeout = .seconds(3)
    #expect(try await toggleOnce(device) == "still on")
    #expect(toggled.lines.count == 2)

    await refuseWithAReason(near.lamp)
    let shown = Shown()
    try await explainRefusal(near.device) { shown.show($0) }
    #expect(shown.lines == ["The lamp refuses: 0 to 100 percent"])
    try await near.lamp.pair(near.phoneKey, label: "phone", allow: Grants("lamp.status"))
    try await explainRefusal(near.device) { shown.show($0) }
    #expect(shown.lines.last == "The lamp does not let this phone dim it.")
    await near.stop()
  }

  @Test func aPeerThatIsAwayIsWaitedFor() async throws {
    let near = try await Neighbours(allow: "lamp.*")
    await near.lamp.expose("lamp.status") { (_: NoArguments, _) in "on" }
    await near.phone.disconnect(from: near.lampKey)
    for await peers in await near.phone.peers where !peers[0].isConnected { break }
    let shown = Shown()
    try await askOneThatMayBeAway(near.device) { shown.show($0) }
    #expect(shown.lines == ["The lamp is away.", "on"])
    await near.stop()
  }

  @Test func theOtherCallsAreCancelled() async throws {
    let (quick, slow) = (try await Neighbours(), try await Neighbours())
    await quick.lamp.expose("lamp.status") { (_: NoArguments, _) in "quick" }
    await slow.lamp.expose("lamp.status") { (_: NoArguments, _) in
      try await Task.sleep(for: .seconds(60))
      return "slow"
    }
    let events = await slow.phone.events
    #expect(try await firstAnswer([slow.device, quick.device]) == "quick")
    await quick.stop()
    await slow.stop()
    // A call that is cancelled has no outcome; one that was waited for has timed out.
    for await event in events {
      if case .callFinished(_, let outcome) = event { Issue.record("\(outcome)") }
    }
  }

  @Test func aHandlerEndsWithItsNode() async throws {
    let near = try await Neighbours()
    let levels = Shown()
    await handlerThatEndsWithItsNode(near.lamp) { levels.show("\($0)") }
    let fading = Task { try await near.device.call("lamp.fade", as: Nothing.self) }
    try await levels.wait(for: "98")
    await near.lamp.stop()
    await #expect(throws: PeerNetError.self) { try await fading.value }
    #expect(!levels.lines.contains("0"))
    await near.phone.stop()
  }

  @Test func aNodeOfAFolderWaitsToBeStarted() async throws {
    let folder = try TemporaryFolder()
    let key = try HomeFolder.locate(folder.path).identity().publicKey
    // It would look for peers on every interface, so it is not started here.
    let node = try nodeOfAFolder(folder.path)
    #expect(await node.publicKey == nil)
    #expect(try HomeFolder.locate(folder.path).identity().publicKey == key)
    await node.stop()
  }

  @Test func anApplicationIsTestedInMemory() async throws { try await testInMemory() }

  @Test func aBoardDoesItOnce() async throws {
    let board = try await SimulatedBoard()
    let store = MemoryStore()
    try await board.pair(store.publicKey.description, "laptop", allow: "gpio.*,system.reboot")
    try await local(store).run { node in
      let device = try await connect(node, board)
      #expect(try await fillOnce(device))
      let shown = Shown()
      try await rebootOnce(device, OnceKey()) { shown.show($0) }
      #expect(shown.lines == ["It is about to."])
    }
  }

  @Test func aBoardAnswers() async throws {
    let board = try await SimulatedBoard()
    let store = MemoryStore()
    try await board.pair(store.publicKey.description, "laptop", allow: "gpio.*,wifi.*")
    try await local(store).run { node in
      let device = try await connect(node, board)
      #expect(try await toggleRelay(device))
      #expect(try await device.gpio.read("relay"))
      #expect(try await !toggleRelay(device))
      try await askTheBoard(device)
      #expect(try await device.wifi.status().lastRestart?.outcome.rawValue == "ok")
      let (before, isPressed, after) = (
        try await device.gpio.read("button"), try await readButton(device), try await device.gpio.read("button")
      )
      #expect(before != after || isPressed == after)
    }
  }
}
