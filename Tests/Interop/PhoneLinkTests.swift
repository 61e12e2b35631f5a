import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Synchronization
import TestKit
import Testing

/// How an application of ours and a BEAM peer find, trust, lose and find each other again.
@Suite struct PhoneLinkTests {
  // MARK: Pairing

  @Test func pairedOnOurSideWhileItRuns() async throws {
    let phone = try await Phone.start()
    var options = ErlangPeer.Options()
    options.trusts = [phone.key]
    let peer = try await ErlangPeer.start(options)
    _ = try await peer.dial(phone.key, phone.port)
    try await eventually { try await !peer.isLinked(to: phone.key) }
    await #expect(throws: PeerNetError.untrustedPeer) { try await phone.connect(to: peer) }

    try await phone.pair(peer.key)
    try await meet(phone, peer, dialledBy: .theirs)
    await phone.expose("echo") { $0 }
    #expect(try await peer.call(phone.key, "echo", 1) == .ok(1))

    try await phone.unpair(peer.key)
    try await eventually { try await !peer.isLinked(to: phone.key) }
    try await peer.expectNoForeignAtoms()
    await phone.stop()
  }

  @Test func pairedOnThePeersSideWhileItRuns() async throws {
    let identity = Identity()
    let phone = try await Phone.start(trusting: [identity.key])
    let peer = try await ErlangPeer.start(identity: identity)
    await #expect(throws: PeerNetError.unreachable(.closedBeforeConfirmed)) { try await phone.connect(to: peer) }

    try await peer.trust(phone.key)
    try await meet(phone, peer, dialledBy: .ours)
    try await peer.unpair(phone.key)
    try await eventually { phone.closings.contains(.closedByPeer) }
    try await peer.expectNoForeignAtoms()
    await phone.stop()
  }

  // MARK: Discovery

  @Test func eachHearsTheOther() async throws {
    let port = try freePort()
    var options = ErlangPeer.Options()
    options.discoveryPort = port
    let peer = try await ErlangPeer.start(options)
    var phoneOptions = Phone.Options()
    phoneOptions.discoveryPort = port
    phoneOptions.announces = true
    let phone = try await Phone.start(options: phoneOptions)
    try await eventually { phone.sightings(of: peer.key).contains(peer.endpoint) }
    try await eventually { try await peer.sighting(of: phone.key) == Int64(phone.port) }
    #expect(phone.openings.isEmpty)
    await phone.stop()
  }

  @Test(arguments: Dialler.allCases) func whoHearsTheOtherDials(_ dialler: Dialler) async throws {
    let port = try freePort()
    let identity = Identity()
    var phoneOptions = Phone.Options()
    phoneOptions.discoveryPort = port
    phoneOptions.announces = dialler == .theirs
    phoneOptions.dials = dialler == .ours
    let phoneIdentity = Identity()
    var options = ErlangPeer.Options()
    options.trusts = [phoneIdentity.key]
    options.discoveryPort = port
    options.dials = dialler == .theirs
    let peer = try await ErlangPeer.start(options, identity: identity)
    let phone = try await Phone.start(trusting: [identity.key], options: phoneOptions, identity: phoneIdentity)
    try await eventually { await phone.isConnected(to: peer.key) }
    #expect(phone.openings.map(\.dialled).allSatisfy { $0 == (dialler == .ours) })
    await phone.expose("echo") { $0 }
    #expect(try await peer.call(phone.key, "echo", 1) == .ok(1))
    try await peer.expectNoForeignAtoms()
    await phone.stop()
  }

  // MARK: Heartbeat

  @Test(arguments: Dialler.allCases) func thePeersPingsAreAnswered(_ dialler: Dialler) async throws {
    var options = ErlangPeer.Options()
    options.period = 1_000
    try await withPhone(dialledBy: dialler, peer: options) { phone, peer in
      try await eventually { try await peer.count("pongs_heard") >= 3 }
      #expect(try await peer.count("silent") == 0)
      #expect(phone.closings.isEmpty)
    }
  }

  @Test(arguments: Dialler.allCases) func aSilentPeerIsPinged(_ dialler: Dialler) async throws {
    var options = Phone.Options()
    options.heartbeatInterval = .milliseconds(300)
    try await withPhone(dialledBy: dialler, phone: options) { phone, peer in
      try await eventually { try await peer.count("pings_heard") >= 5 }
      #expect(phone.closings.isEmpty)
    }
  }

  @Test(.enabled(if: isLong)) func thirtySecondsOfSilence() async throws {
    try await withPhone { phone, peer in
      try await eventually(within: .seconds(45)) { try await peer.count("pongs_heard") == 1 }
      #expect(phone.closings.isEmpty)
    }
  }

  // MARK: Death and return

  @Test(arguments: Dialler.allCases) func aShortSuspensionEndsNothing(_ dialler: Dialler) async throws {
    var options = Phone.Options()
    options.heartbeatInterval = .milliseconds(200)
    options.heartbeatTimeout = .seconds(30)
    try await withPhone(dialledBy: dialler, phone: options) { phone, peer in
      try await peer.expose("echo", .atom("echo"))
      try await peer.process.suspend()
      await #expect(throws: PeerNetError.timedOut) {
        try await phone.call(peer, "echo", 1, timeout: .seconds(1))
      }
      peer.process.resume()
      #expect(try await phone.call(peer, "echo", 2) == 2)
      #expect(phone.closings.isEmpty)
    }
  }

  @Test(arguments: Dialler.allCases) func aLongSuspensionIsNoticedAndMended(_ dialler: Dialler) async throws {
    var options = Phone.Options()
    options.heartbeatInterval = .milliseconds(300)
    options.heartbeatTimeout = .milliseconds(1_500)
    try await withPhone(dialledBy: dialler, phone: options) { phone, peer in
      try await peer.expose("echo", .atom("echo"))
      try await peer.process.suspend()
      await #expect(throws: PeerNetError.outcomeUnknown(.silent)) { try await phone.call(peer, "echo", 1) }
      try await eventually { phone.closings == [.silent] }
      peer.process.resume()
      if dialler == .theirs { try await meet(phone, peer, dialledBy: .theirs) }
      // A node that was told to connect comes back on its own.
      try await eventually(within: .seconds(30)) { await phone.isConnected(to: peer.key) }
      try await eventually { (try? await phone.call(peer, "echo", 2)) == 2 }
    }
  }

  @Test(arguments: Dialler.allCases) func aKilledPeerComesBackElsewhere(_ dialler: Dialler) async throws {
    let port = try freePort()
    let identity = Identity()
    var phoneOptions = Phone.Options()
    phoneOptions.discoveryPort = port
    phoneOptions.dials = dialler == .ours
    let phone = try await Phone.start(trusting: [identity.key], options: phoneOptions)
    var options = ErlangPeer.Options()
    options.trusts = [phone.key]
    options.discoveryPort = port
    var ports: Set<UInt16> = []
    for _ in 1...2 {
      let peer = try await ErlangPeer.start(options, identity: identity)
      // A node that dials finds the new port by the announce.
      if dialler == .theirs { #expect(try await peer.dial(phone.key, phone.port) == nil) }
      try await eventually(within: .seconds(30)) { await phone.isConnected(to: peer.key) }
      try await peer.expose("sleep", .atom("sleep"))
      #expect(try await phone.call(peer, "sleep", 0) == 0)
      ports.insert(peer.port)
      try await peer.expectNoForeignAtoms()

      async let lost = phone.call(peer, "sleep", 60_000)
      try await eventually { try await peer.count("sleep") == 2 }
      try await peer.process.killNow()
      do {
        _ = try await lost
        Issue.record("a killed peer has answered")
      } catch PeerNetError.outcomeUnknown {}
      #expect(await !phone.isConnected(to: peer.key))
    }
    #expect(ports.count == 2)
    await phone.stop()
  }

  // MARK: Both at once

  /// Ours is closed before a word was heard on it, and theirs is a moment away: that is no refusal.
  @Test func aPeerThatWasDiallingKeepsItsOwnConnection() async throws {
    let identity = Identity()
    let phone = try await Phone.start(trusting: [identity.key])
    var options = ErlangPeer.Options()
    options.trusts = [phone.key]
    let peer = try await ErlangPeer.start(options, identity: identity)
    try await peer.cross(phone.key, phone.port)
    try await phone.connect(to: peer)
    await phone.expose("echo") { $0 }
    try await eventually { try await peer.call(phone.key, "echo", 1) == .ok(1) }
    #expect(phone.openings.map(\.dialled).contains(false))
    try await peer.expectNoForeignAtoms()
    await phone.stop()
  }

  @Test func bothDialAtOnce() async throws {
    let identities = (0..<24).map { _ in Identity() }
    let phone = try await Phone.start(trusting: identities.map(\.key))
    let process = try await ErlangProcess()
    await phone.expose("echo") { $0 }
    try await withThrowingTaskGroup { group in
      for (index, identity) in identities.enumerated() {
        group.addTask {
          var options = ErlangPeer.Options()
          options.trusts = [phone.key]
          let peer = try await ErlangPeer.start(
            options, identity: identity, named: Atom(Array("peer\(index)".utf8)), in: process)
          try await peer.expose("echo", .atom("echo"))
          // Up to a few milliseconds apart, either one first.
          async let ours: Void = {
            try await Task.sleep(for: .microseconds(Int.random(in: 0...3_000)))
            try await phone.connect(to: peer)
          }()
          try await Task.sleep(for: .microseconds(Int.random(in: 0...3_000)))
          _ = try await peer.dial(phone.key, phone.port)
          try await ours
          try await settle(phone, peer)
        }
      }
      try await group.waitForAll()
    }
    let peer = ErlangPeer(process: process, name: "peer0", key: identities[0].key, port: 0)
    try await peer.expectNoForeignAtoms()
    await phone.stop()
  }

  /// Waits until calls get through both ways and no new connection comes up meanwhile.
  private func settle(_ phone: Phone, _ peer: ErlangPeer) async throws {
    try await eventually(within: .seconds(30)) {
      let before = try await (peer.count("dialled"), peer.count("accepted"))
      for _ in 0..<10 {
        guard (try? await phone.call(peer, "echo", 1)) == 1, try await peer.call(phone.key, "echo", 2) == .ok(2) else {
          return false
        }
      }
      return try await before == (peer.count("dialled"), peer.count("accepted"))
    }
    #expect(try await peer.count("dialled") + peer.count("accepted") <= 3)
  }
}
