import PeerNet
import Seeds
import Sodium

// How what programs want is carried out, and how what comes is handed to them.
extension World {
  func schedule(_ happening: Happening, after delay: TimeSpan) { agenda.add(happening, at: now + delay) }

  // MARK: From the program

  /// Carries out what a machine's program wants, and sees that it is woken in time.
  public func settle(_ index: Int) {
    guard machines[index].runs else { return }
    while let output = machines[index].party.nextOutput() { carryOut(output, of: index) }
    if let node = machines[index].party as? Node { inspect(node, clock(index)) }
    wakeInTime(index)
  }

  /// On links of TCP; see `wakeWhoIsDue`.
  private func wakeInTime(_ index: Int) {
    guard case .tcp = transport, let deadline = machines[index].party.deadline else { return }
    let at = max(now, deadline - machines[index].clockAhead)
    if at < machines[index].wakesAt {
      machines[index].wakesAt = at
      agenda.add(.nodeTimer(index), at: at)
    }
  }

  private func carryOut(_ output: Output, of index: Int) {
    switch output {
    case .dial(let id, let endpoint, let deadline):
      dials.append((now, index, endpoint))
      guard machines[index].hasLink else { return deliver(.dialFailed(id, .unreachable(errno: 101)), to: index) }
      switch transport {
      case .ordered: dialInOrder(index, id, endpoint, deadline: deadline)
      case .tcp: dialByTCP(index, id, endpoint, deadline: deadline)
      }
    case .send(let id, let bytes):
      guard let (connection, side) = find(index, id) else {
        saidToStrangers += 1
        return
      }
      bytesWritten += bytes.count
      switch transport {
      case .ordered: sendInOrder(bytes, id, connection, side)
      case .tcp: write(bytes, id, connection, side)
      }
    case .close(let id, _):
      guard let (connection, side) = find(index, id) else { return }
      switch transport {
      case .ordered: closeInOrder(connection, side)
      case .tcp: hangUp(connection, side)
      }
    case .setReading(let id, let isRead):
      // A kernel of TCP's has more room than anything that a simulation writes.
      guard case .ordered = transport, let (connection, side) = find(index, id) else { return }
      setReading(isRead, connection, side)
    case .broadcast(let bytes):
      for other in machines.indices where other != index && knows(index, other) {
        send(datagram: bytes, from: index, to: other, isBroadcast: true)
      }
    case .datagram(let bytes, let endpoint, _):
      guard let other = machine(at: endpoint.ipv4) else { return }
      send(datagram: bytes, from: index, to: other, isBroadcast: false)
    case .probe(_, let bytes, let endpoint): send(probe: bytes, from: index, to: endpoint)
    case .event(let event): take(event, of: index)
    }
  }

  private func send(datagram bytes: [UInt8], from index: Int, to other: Int, isBroadcast: Bool) {
    guard machines[index].hasLink, !dice.chance(announceLoss) else { return }
    // On ordered links an answer reaches also who is cut off: what seeds do hangs on its delay being drawn.
    let reachesAll = if case .ordered = transport { !isBroadcast } else { false }
    guard let delay = reachesAll ? drawDelay() : travel(index, other) else { return }
    let source = Endpoint(ipv4: machines[index].address, port: Self.discoveryPort)
    schedule(.datagram(bytes, from: source, to: other), after: delay)
  }

  private func send(probe bytes: [UInt8], from index: Int, to endpoint: Endpoint) {
    guard machines[index].hasLink, let other = machine(at: endpoint.ipv4), endpoint.port == Self.probePort else {
      return
    }
    probeBytes += bytes.count
    overhear(index, other, bytes)
    guard !dropsProbes, let delay = travel(index, other) else { return }
    let source = Endpoint(ipv4: machines[index].address, port: Self.probePort)
    schedule(.probe(bytes, from: source, address: endpoint.ipv4 ?? 0, to: other), after: delay)
  }

  private func take(_ event: Event, of index: Int) {
    events[index].append((now, event))
    if case .request(let request) = event {
      arrivals.append((now, index, request))
      if let reply = serve(index, request) {
        if let token = request.token { node(index).reply(token, reply, now: clock(index)) }
      } else {
        unanswered.append((index, request))
      }
    }
    if case .callFinished(let call, let outcome) = event { outcomes[index][call, default: []].append(outcome) }
    observe(index, event)
  }

  // MARK: To the program

  /// Hands something to the program, when it runs.
  ///
  /// On ordered links that is now, unless it is busy or asleep; on links of TCP it is a happening of its own, as a
  /// program wakes for what its kernel has. What seeds of either do hangs on its order.
  func deliver(_ delivery: Machine.Delivery, to index: Int) {
    switch transport {
    case .ordered:
      // No kernel would send again what a sleeper misses: it waits.
      guard machines[index].hasPower else { return }
      if machines[index].runs, machines[index].backlog.isEmpty, now >= machines[index].stalledUntil {
        perform(delivery, index)
        return settle(index)
      }
    case .tcp: guard machines[index].runs else { return }
    }
    machines[index].backlog.append(delivery)
    // What comes while the program is in a verb waits for its end.
    if machines[index].backlog.count == 1 { agenda.add(.resume(index), at: max(now, machines[index].stalledUntil)) }
  }

  private func work(_ index: Int) {
    guard machines[index].runs else { return }
    guard now >= machines[index].stalledUntil else {
      return agenda.add(.resume(index), at: machines[index].stalledUntil)
    }
    let backlog = machines[index].backlog
    machines[index].backlog = []
    for (position, delivery) in backlog.enumerated() {
      if now < machines[index].stalledUntil {
        machines[index].backlog = backlog[position...] + machines[index].backlog
        return agenda.add(.resume(index), at: machines[index].stalledUntil)
      }
      perform(delivery, index)
      settle(index)
    }
  }

  private func perform(_ delivery: Machine.Delivery, _ index: Int) {
    let party = machines[index].party
    let clock = clock(index)
    switch delivery {
    case .accepted(let connection):
      guard let sides = connections[connection]?.sides, sides[1].id == nil, !sides[1].isOver else { return }
      let id = party.handleAccepted(from: Endpoint(ipv4: sides[0].address, port: 50_000), now: clock)
      connections[connection]!.sides[1].id = id
      named[Name(machine: index, id: id)] = (connection, 1)
      if costOfAccepting > .zero {
        stall(index, for: max(machines[index].stalledUntil - now, .zero) + costOfAccepting)
      }
    case .connected(let connection):
      if let id = connections[connection]?.sides[0].id { party.handleConnected(id, now: clock) }
    case .dialFailed(let id, let reason): party.handleDialFailed(id, reason, now: clock)
    case .bytes(let connection, let side, let bytes):
      guard let end = connections[connection]?.sides[side], let id = end.id else { return }
      if end.unread == nil {
        party.handleReceived(id, bytes, now: clock)
      } else {
        connections[connection]!.sides[side].unread!.append(bytes)
      }
    case .drained(let id):
      if machines[index].hasSmallBuffers, let (connection, side) = find(index, id),
        connections[connection]!.sides[side].unread?.isEmpty == false
      {
        connections[connection]!.sides[side].isAcknowledgementLost = true
      } else {
        party.handleDrained(id, now: clock)
      }
    case .ended(let connection, let side, let reason):
      if case .ordered = transport { connections[connection]?.sides[side].exists = false }
      guard let id = connections[connection]?.sides[side].id else { return }
      connections[connection]!.sides[side].id = nil
      party.handleDisconnected(id, reason, now: clock)
      forget(connection)
    case .datagram(let bytes, let endpoint): party.handleDatagram(bytes, from: endpoint, link: 1, now: clock)
    case .probe(let bytes, let endpoint): party.handleProbe(bytes, from: endpoint, now: clock)
    case .networkChanged: party.handleNetworkChange(now: clock)
    case .linkLost:
      for name in named.keys.filter({ $0.machine == index }).sorted(by: { $0.id < $1.id }) {
        party.handleLinkLost(name.id, now: clock)
      }
    }
  }

  func happen(_ happening: Happening) {
    switch happening {
    case .delivery(let delivery, let index): deliver(delivery, to: index)
    case .datagram(let bytes, let source, let index):
      if machines[index].hasLink, machines[index].runs { deliver(.datagram(bytes, from: source), to: index) }
    case .probe(let bytes, let source, let address, let index):
      if machines[index].hasLink, machines[index].runs, has(index, address) {
        deliver(.probe(bytes, from: source), to: index)
      }
    case .dialArrives(let connection): meet(connection)
    case .dialDeadline(let connection): giveUpDial(connection)
    case .segment(let segment, let connection, let side, let address): arrive(segment, connection, side, at: address)
    case .reset(let connection, let side, let address): reset(connection, side, at: address)
    case .tcpTimer(let connection, let side): wakeKernel(connection, side)
    case .nodeTimer(let index): wakeProgram(index)
    case .resume(let index): work(index)
    }
  }

  private func wakeProgram(_ index: Int) {
    guard machines[index].runs, machines[index].wakesAt <= now else { return }
    if now < machines[index].stalledUntil {
      machines[index].wakesAt = machines[index].stalledUntil
      return agenda.add(.nodeTimer(index), at: machines[index].stalledUntil)
    }
    machines[index].wakesAt = .distantFuture
    if let deadline = machines[index].party.deadline, deadline <= clock(index) {
      machines[index].wakeUps += 1
      machines[index].party.timeout(now: clock(index))
    }
    settle(index)
  }

  // MARK: Ordered links

  private func dialInOrder(_ index: Int, _ id: ConnectionID, _ endpoint: Endpoint, deadline: TimeSpan) {
    guard !link(at: endpoint).isBlackHole, !machines[index].isCutOff,
      !machines.contains(where: { $0.isSilent && $0.endpoint == endpoint })
    else { return schedule(.delivery(.dialFailed(id, .refused), to: index), after: deadline) }
    lastConnection += 1
    let other = Connection.Side(
      machine: index, address: 0, id: nil, carriage: .ordered(lastArrival: .zero), exists: false)
    connections[lastConnection] = Connection(
      sides: [
        .init(
          machine: index, address: machines[index].address, id: id, carriage: .ordered(lastArrival: .zero),
          exists: false),
        other,  // Who that is shows when the dial arrives.
      ], dialled: endpoint)
    named[Name(machine: index, id: id)] = (lastConnection, 0)
    schedule(.dialArrives(connection: lastConnection), after: drawDelay())
  }

  /// A dial arrives, also of one who is not there any more: nobody takes it back.
  private func meet(_ connection: Int) {
    guard let dial = connections[connection] else { return }
    let dialler = dial.sides[0].machine
    guard let index = machine(listeningAt: dial.dialled), machines[index].hasPower, !link(at: dial.dialled).refuses
    else {
      connections[connection] = nil
      let delay = drawDelay()
      if let id = dial.sides[0].id { schedule(.delivery(.dialFailed(id, .refused), to: dialler), after: delay) }
      return
    }
    connections[connection]!.sides[0].exists = true
    connections[connection]!.sides[0].isOpen = true
    connections[connection]!.sides[1] = .init(
      machine: index, address: dial.dialled.ipv4 ?? 0, id: nil, carriage: .ordered(lastArrival: .zero), exists: true,
      isOpen: true)
    onConnection(dialler, index)
    schedule(.delivery(.connected(connection: connection), to: dialler), after: drawDelay())
    deliver(.accepted(connection: connection), to: index)
  }

  private func sendInOrder(_ bytes: [UInt8], _ id: ConnectionID, _ connection: Int, _ side: Int) {
    let (end, other) = (connections[connection]!.sides[side], connections[connection]!.sides[1 - side].machine)
    guard end.exists else {
      saidToStrangers += 1
      return
    }
    guard !machines[other].isSlowReader else { return }
    let acknowledgement = machines[end.machine].hasSmallBuffers ? drawDelay() : .zero
    schedule(.delivery(.drained(id), to: end.machine), after: acknowledgement)
    // TCP never loses a piece out of the middle: from here on this connection says nothing.
    guard reaches(end.machine, other) else { return sever(connection) }
    let delivery = Machine.Delivery.bytes(connection: connection, side: 1 - side, bytes)
    schedule(.delivery(delivery, to: other), after: inOrder(connection, to: 1 - side))
  }

  private func closeInOrder(_ connection: Int, _ side: Int) {
    let (end, other) = (connections[connection]!.sides[side], connections[connection]!.sides[1 - side].machine)
    // A dial that is on its way comes up all the same, and who accepts it waits in vain.
    guard end.isOpen else { return }
    connections[connection]!.sides[side].id = nil
    connections[connection]!.sides[side].exists = false
    if end.exists, reaches(end.machine, other) {
      let delivery = Machine.Delivery.ended(connection: connection, side: 1 - side, .closedByPeer)
      schedule(.delivery(delivery, to: other), after: inOrder(connection, to: 1 - side))
    }
    forget(connection)
  }

  private func setReading(_ isRead: Bool, _ connection: Int, _ side: Int) {
    let end = connections[connection]!.sides[side]
    let waiting = end.unread ?? []
    connections[connection]!.sides[side].unread = isRead ? nil : waiting
    guard isRead else { return }
    if end.isAcknowledgementLost, let id = end.id {
      connections[connection]!.sides[side].isAcknowledgementLost = false
      schedule(.delivery(.drained(id), to: end.machine), after: drawDelay())
    }
    for bytes in waiting.reversed() {
      let delivery = Machine.Delivery.bytes(connection: connection, side: side, bytes)
      agenda.addFirst(.delivery(delivery, to: end.machine), at: now)
    }
  }

  private func reaches(_ from: Int, _ to: Int) -> Bool {
    !isCut(from, to) && machines[from].hasLink && machines[to].hasLink
  }

  /// Segments of one direction arrive in the order they were sent.
  private func inOrder(_ connection: Int, to side: Int) -> TimeSpan {
    let arrival = max(now + drawDelay(), connections[connection]!.sides[side].lastArrival)
    connections[connection]!.sides[side].lastArrival = arrival
    return arrival - now
  }

  // MARK: Names and addresses

  func find(_ index: Int, _ id: ConnectionID) -> (connection: Int, side: Int)? {
    let name = Name(machine: index, id: id)
    guard let found = named[name], connections[found.connection]?.sides[found.side].id == id else {
      named[name] = nil
      return nil
    }
    return found
  }

  /// Drops what nobody has a use for any more.
  func forget(_ connection: Int) {
    if connections[connection]?.sides.allSatisfy(\.isDone) ?? false { connections[connection] = nil }
  }

  /// Who listens there.
  func machine(listeningAt endpoint: Endpoint) -> Int? {
    aliases[endpoint] ?? machines.firstIndex { $0.endpoint == endpoint }
  }

  private func machine(at address: UInt32?) -> Int? { machines.firstIndex { $0.address == address } }

  /// Whether an address is a machine's now.
  func has(_ index: Int, _ address: UInt32) -> Bool {
    machines[index].address == address || aliases[Endpoint(ipv4: address, port: Self.port)] == index
  }

  func link(at endpoint: Endpoint) -> Link { links[endpoint] ?? link }

  // MARK: The link

  /// How long what is sent now is under way; nil when it is lost.
  func travel(_ from: Int, _ to: Int) -> TimeSpan? {
    switch transport {
    case .ordered: return isCut(from, to) ? nil : drawDelay()
    case .tcp(let weather):
      let low = UInt64(min(from, to))
      let link = seed &+ (low &* 1_000_003 &+ UInt64(max(from, to))) &* 7_919
      let route = Route(from: from, to: to)
      // Drawn also for what is cut, so that the cut does not change what comes after it.
      let delay = paths[route, default: Path(weather, link: link, direction: from < to ? 0 : 1)].travel(at: now)
      return isCut(from, to) ? nil : delay
    }
  }

  func drawDelay() -> TimeSpan {
    let span = UInt64(link.delay.upperBound - link.delay.lowerBound + 1)
    return .milliseconds(link.delay.lowerBound + Int64(random.below(span)))
  }

  func isCut(_ from: Int, _ to: Int) -> Bool {
    link.isBlackHole || machines[from].isCutOff || machines[to].isCutOff || holes.contains(Route(from: from, to: to))
  }
}
