import PeerNet

// What goes wrong, and what others make it look like.
extension World {
  // MARK: Links

  /// The weather of one direction between two machines, on links of TCP.
  public func setWeather(_ weather: Weather, from: Int, to: Int) {
    _ = travel(from, to)  // For a packet, as ever: what seeds do hangs on it.
    paths[Route(from: from, to: to)]!.weather = weather
  }

  /// One direction swallows everything, and nobody is told.
  public func blackHole(from: Int, to: Int, _ isBlackHole: Bool = true) {
    _ = travel(from, to)  // The same.
    if isBlackHole {
      holes.insert(Route(from: from, to: to))
    } else {
      holes.remove(Route(from: from, to: to))
    }
  }

  /// Machines that hear and say nothing.
  public var cutOff: Set<Int> {
    get { Set(machines.indices.filter { machines[$0].isCutOff }) }
    set { for index in machines.indices { machines[index].isCutOff = newValue.contains(index) } }
  }

  /// Machines that leave what is sent to them in the kernel; on ordered links, for TCP's have no end of room.
  public var slowReaders: Set<Int> {
    get { Set(machines.indices.filter { machines[$0].isSlowReader }) }
    set { for index in machines.indices { machines[index].isSlowReader = newValue.contains(index) } }
  }

  /// Machines whose kernel takes no acknowledgement in while their program leaves received bytes unread, as Linux does whose
  /// receive buffer is full; on ordered links.
  public var smallBuffers: Set<Int> {
    get { Set(machines.indices.filter { machines[$0].hasSmallBuffers }) }
    set { for index in machines.indices { machines[index].hasSmallBuffers = newValue.contains(index) } }
  }

  /// A machine's radio loses its access point, or finds it again; its program hears of it at once.
  public func setLink(_ index: Int, up: Bool) {
    machines[index].hasLink = up
    if !up { deliver(.linkLost, to: index) }
    deliver(.networkChanged, to: index)
  }

  /// A machine gets another address. What it had open stays bound to the old one.
  public func changeAddress(_ index: Int, to address: UInt32) {
    machines[index].address = address
    if endsConnectionsOfLostAddresses { endConnections(of: index) }
    deliver(.networkChanged, to: index)
  }

  // MARK: Connections

  /// The connections that a machine has a side of, the oldest first.
  private func sides(of index: Int) -> [(connection: Int, side: Int)] {
    connections.keys.sorted().flatMap { key in
      (0..<2).filter { connections[key]!.sides[$0].machine == index }.map { (connection: key, side: $0) }
    }
  }

  /// One side's kernel knows a connection no more. On ordered links nothing that the other one says gets anywhere then.
  private func strand(_ connection: Int, _ side: Int) {
    connections[connection]!.sides[side].exists = false
    connections[connection]!.sides[side].isOver = true
    if case .ordered = transport { connections[connection]!.sides[1 - side].exists = false }
  }

  /// A connection dies without a word: neither kernel knows it any more.
  func sever(_ connection: Int) {
    for side in 0..<2 { connections[connection]!.sides[side].exists = false }
  }

  /// Every connection of a machine dies without a word.
  public func severAll(_ index: Int) {
    for (connection, side) in sides(of: index) where connections[connection]!.sides[side].exists { sever(connection) }
  }

  /// Every connection of a machine is reset, as by a router that forgets.
  public func resetAll(_ index: Int) {
    switch transport {
    case .ordered:
      // In the order of the program's names for them: what seeds do hangs on it.
      func name(_ connection: Int, _ side: Int) -> UInt64 { connections[connection]!.sides[side].id?.value ?? 0 }
      let open = sides(of: index).sorted { name($0.connection, $0.side) < name($1.connection, $1.side) }
      for (connection, side) in open where connections[connection]!.sides[side].exists {
        let other = connections[connection]!.sides[1 - side].machine
        sever(connection)
        schedule(
          .delivery(.ended(connection: connection, side: side, .closedByPeer), to: index), after: .zero)
        schedule(
          .delivery(.ended(connection: connection, side: 1 - side, .closedByPeer), to: other), after: .milliseconds(1))
      }
    case .tcp:
      for key in connections.keys.sorted() where connections[key]!.sides.contains(where: { $0.machine == index }) {
        for side in 0..<2 where connections[key]?.sides[side].exists ?? false {
          connections[key]?.sides[side].tcp.reset()
          transmit(key, side)
        }
      }
    }
  }

  /// A machine's program learns that its connections have lost their address; the other ends learn nothing.
  public func endConnections(of index: Int) {
    for (connection, side) in sides(of: index) where connections[connection]?.sides[side].id != nil {
      strand(connection, side)
      deliver(.ended(connection: connection, side: side, .pathLost(errno: 99)), to: index)
    }
  }

  // MARK: Power and time

  /// A machine loses its power: what it had is gone, and what others have with it is half open.
  public func cutPower(_ index: Int) {
    machines[index].hasPower = false
    machines[index].isSuspended = false
    machines[index].backlog = []
    machines[index].wakesAt = .distantFuture
    machines[index].stalledUntil = .zero
    for (connection, side) in sides(of: index) {
      strand(connection, side)
      connections[connection]!.sides[side].id = nil
    }
    named = named.filter { $0.key.machine != index }
  }

  /// It has power again and starts anew, with what it had on disk.
  public func restorePower(_ index: Int, keepsMemory: Bool = true) {
    let memory = keepsMemory ? node(index).memory : PeerMemory()
    machines[index].hasPower = true
    machines[index].clockAhead = clockOrigin()
    machines[index].party = makeNode(index, machines[index].specification!, memory: memory, now: clock(index))
    events[index] = []
    outcomes[index] = [:]
    madeCalls.removeAll { $0.node == index }
    unanswered.removeAll { $0.node == index }
    settle(index)
  }

  /// A machine loses its power for a moment.
  public func powerCycle(_ index: Int, keepsMemory: Bool) {
    cutPower(index)
    restorePower(index, keepsMemory: keepsMemory)
  }

  /// A machine's program does not run for a while; its kernel does.
  public func stall(_ index: Int, for duration: TimeSpan) {
    machines[index].stalledUntil = max(machines[index].stalledUntil, now + duration)
  }

  /// A machine sleeps: its radio is off, its timers stand still.
  public func suspend(_ index: Int) { machines[index].isSuspended = true }

  /// It wakes. Its clock has counted the sleep.
  public func resume(_ index: Int) {
    guard machines[index].isSuspended else { return }
    machines[index].isSuspended = false
    agenda.add(.resume(index), at: now)
    machines[index].wakesAt = .distantFuture
    if case .tcp = transport {
      for (connection, side) in sides(of: index) where connections[connection]?.sides[side].exists == true {
        connections[connection]?.sides[side].wakesAt = .distantFuture
        transmit(connection, side)
      }
    }
    settle(index)
  }

  /// A machine's clock leaps forward, as one does that was set wrongly; it never goes back.
  public func leapClock(_ index: Int, by duration: TimeSpan) {
    machines[index].clockAhead = machines[index].clockAhead + max(duration, .zero)
    machines[index].wakesAt = .distantFuture
    settle(index)
  }

  // MARK: Strangers

  /// Somebody says to a machine where another one is, as anybody can.
  public func announce(_ other: Int, at endpoint: Endpoint, to index: Int) {
    let bytes = Announce(key: machines[other].publicKey, port: endpoint.port)!.bytes
    deliver(.datagram(bytes, from: endpoint.with(port: Self.discoveryPort)), to: index)
  }

  /// Somebody sends a datagram to a machine's port for probes.
  public func forgeProbe(_ bytes: [UInt8], from address: UInt32, port: UInt16 = 7_001, to index: Int) {
    deliver(.probe(bytes, from: Endpoint(ipv4: address, port: port)), to: index)
  }

  /// A connection from a stranger's address that says `bytes` and nothing more.
  public func stranger(_ address: UInt32, to index: Int, saying bytes: [UInt8]) {
    let party = machines[index].party
    let id = party.handleAccepted(from: Endpoint(ipv4: address, port: 9), now: clock(index))
    party.handleReceived(id, bytes, now: clock(index))
    settle(index)
  }
}
