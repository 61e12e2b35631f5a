import PeerNet
import Seeds
import VirtualNetwork

// What goes wrong.
extension FlakyWorld {
  /// The weather of one direction between two hosts.
  public func setWeather(_ weather: Weather, from: Int, to: Int) {
    _ = travel(from, to)
    paths[Route(from: from, to: to)]!.weather = weather
  }

  /// One direction swallows everything, and nobody is told.
  public func blackHole(from: Int, to: Int, _ isBlackHole: Bool = true) {
    _ = travel(from, to)
    paths[Route(from: from, to: to)]!.isBlackHole = isBlackHole
  }

  /// A host loses its power: what it had is gone, and what others have with it is half open.
  public func cutPower(_ host: Int) {
    hosts[host].hasPower = false
    hosts[host].isSuspended = false
    hosts[host].backlog = []
    hosts[host].wakesAt = .distantFuture
    hosts[host].stalledUntil = .zero
    for key in connections.keys.sorted() {
      for side in 0..<2 where connections[key]?.sides[side].host == host {
        connections[key]?.sides[side].exists = false
        connections[key]?.sides[side].isOver = true
        connections[key]?.sides[side].id = nil
      }
    }
    named = named.filter { $0.key.host != host }
  }

  /// It has power again and starts anew, with what it had on disk.
  public func restorePower(_ host: Int, keepsMemory: Bool = true) {
    let memory = keepsMemory ? hosts[host].node.memory : PeerMemory()
    hosts[host].hasPower = true
    hosts[host].clockAhead = dice.duration(below: .seconds(1_000_000))
    hosts[host].node = makeNode(host, of: hosts.count, now: clock(host), memory: memory)
    answered[host] = [:]
    settle(host)
  }

  /// Every connection of a host is reset, as by a router that forgets.
  public func resetAll(_ host: Int) {
    for key in connections.keys.sorted() where connections[key]!.sides.contains(where: { $0.host == host }) {
      for side in 0..<2 where connections[key]?.sides[side].exists ?? false {
        connections[key]?.sides[side].tcp.reset()
        transmit(key, side)
      }
    }
  }

  /// A host's radio loses its access point, or finds it again; its program hears of it at once.
  public func setLink(_ host: Int, up: Bool) {
    hosts[host].hasLink = up
    if !up { deliver(.linkLost, to: host) }
    deliver(.networkChanged, to: host)
  }

  /// A host gets another address. What it had open stays bound to the old one.
  public func changeAddress(_ host: Int, to address: UInt32) {
    hosts[host].address = address
    if endsConnectionsOfLostAddresses { endConnections(of: host) }
    deliver(.networkChanged, to: host)
  }

  /// A host's program learns that its connections have lost their address; the other ends learn nothing.
  public func endConnections(of host: Int) {
    for key in connections.keys.sorted() {
      for side in 0..<2 where connections[key]?.sides[side].host == host && connections[key]?.sides[side].id != nil {
        connections[key]?.sides[side].exists = false
        connections[key]?.sides[side].isOver = true
        deliver(.ended(connection: key, side: side, .pathLost(errno: 99)), to: host)
      }
    }
  }

  /// A host's program does not run for a while; its kernel does.
  public func stall(_ host: Int, for duration: TimeSpan) {
    hosts[host].stalledUntil = max(hosts[host].stalledUntil, now + duration)
  }

  /// A host sleeps: its radio is off, its timers stand still.
  public func suspend(_ host: Int) { hosts[host].isSuspended = true }

  /// It wakes. Its clock has counted the sleep.
  public func resume(_ host: Int) {
    guard hosts[host].isSuspended else { return }
    hosts[host].isSuspended = false
    agenda.add(.resume(host: host), at: now)
    hosts[host].wakesAt = .distantFuture
    for key in connections.keys.sorted() {
      for side in 0..<2 where connections[key]?.sides[side].host == host && connections[key]?.sides[side].exists == true
      {
        connections[key]?.sides[side].wakesAt = .distantFuture
        transmit(key, side)
      }
    }
    settle(host)
  }

  /// A host's clock leaps forward, as one does that was set wrongly; it never goes back.
  public func leapClock(_ host: Int, by duration: TimeSpan) {
    hosts[host].clockAhead = hosts[host].clockAhead + max(duration, .zero)
    hosts[host].wakesAt = .distantFuture
    settle(host)
  }

  /// Somebody sends a datagram to a host's port for probes.
  public func forgeProbe(_ bytes: [UInt8], from address: UInt32, port: UInt16 = 7_001, to host: Int) {
    deliver(.probe(bytes, from: Endpoint(ipv4: address, port: port)), to: host)
  }

  /// Somebody announces a host's key from an address that is not its own.
  public func forgeAnnounce(of bytes: [UInt8], from address: UInt32, to host: Int) {
    deliver(.datagram(bytes, from: Endpoint(ipv4: address, port: Self.discoveryPort)), to: host)
  }
}
