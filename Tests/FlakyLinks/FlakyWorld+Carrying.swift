import PeerNet
import Seeds
import VirtualNetwork

// How what nodes want is carried out, and how packets go.
extension FlakyWorld {
  // MARK: The program

  /// Carries out what a node wants, and sees that it is woken in time.
  func settle(_ host: Int) {
    guard hosts[host].runs else { return }
    while let output = hosts[host].node.nextOutput() { carryOut(output, of: host) }
    inspect(hosts[host].node, clock(host))
    guard let deadline = hosts[host].node.deadline else { return }
    let at = max(now, deadline - hosts[host].clockAhead)
    if at < hosts[host].wakesAt {
      hosts[host].wakesAt = at
      agenda.add(.nodeTimer(host: host), at: at)
    }
  }

  private func carryOut(_ output: Output, of host: Int) {
    switch output {
    case .dial(let id, let endpoint, let deadline): dial(host, id, endpoint, deadline: deadline)
    case .send(let id, let bytes):
      guard let (connection, side) = find(host, id) else { return }
      bytesWritten += bytes.count
      connections[connection]!.sides[side].outgoing += bytes
      connections[connection]!.sides[side].tcp.write(bytes.count)
      // The kernel's buffer is larger than anything a simulation writes.
      deliver(.drained(id), to: host)
      transmit(connection, side)
    case .close(let id, _):
      guard let (connection, side) = find(host, id) else { return }
      connections[connection]!.sides[side].id = nil
      connections[connection]!.sides[side].isOver = true
      connections[connection]!.sides[side].tcp.close()
      transmit(connection, side)
    case .setReading: break
    case .broadcast(let bytes):
      for other in hosts.indices where other != host && (isMesh || other == 0 || host == 0) {
        send(datagram: bytes, from: host, to: other)
      }
    case .datagram(let bytes, let endpoint, _):
      if let other = hosts.firstIndex(where: { $0.address == endpoint.ipv4 }) {
        send(datagram: bytes, from: host, to: other)
      }
    case .probe(_, let bytes, let endpoint):
      guard hosts[host].hasLink, let other = hosts.firstIndex(where: { $0.address == endpoint.ipv4 }),
        endpoint.port == Self.probePort
      else { return }
      probeBytes += bytes.count
      overhear(host, other, bytes)
      guard !dropsProbes, let delay = travel(host, other) else { return }
      let source = Endpoint(ipv4: hosts[host].address, port: Self.probePort)
      agenda.add(.probe(bytes, from: source, to: endpoint.ipv4 ?? 0, toHost: other), at: now + delay)
    case .event(let event):
      if case .request(let request) = event, let token = request.token {
        hosts[host].node.reply(token, .ok(request.arguments), now: clock(host))
      }
      if case .callFinished(let call, let outcome) = event { answered[host, default: [:]][call] = outcome }
      observe(host, event)
    }
  }

  private func dial(_ host: Int, _ id: ConnectionID, _ endpoint: Endpoint, deadline: TimeSpan) {
    guard hosts[host].hasLink else { return deliver(.dialFailed(id, .unreachable(errno: 101)), to: host) }
    // Whose address that is shows when the first packet arrives.
    let to = hosts.firstIndex { $0.address == endpoint.ipv4 } ?? host
    lastConnection += 1
    connections[lastConnection] = Connection(
      sides: [
        .init(
          host: host, address: hosts[host].address, id: id, tcp: TCPEnd(dialling: true, userTimeout: userTimeout),
          exists: true),
        .init(
          host: to, address: endpoint.ipv4 ?? 0, id: nil, tcp: TCPEnd(dialling: false, userTimeout: userTimeout),
          exists: false),
      ], dialled: endpoint)
    named[Name(host: host, id: id)] = (lastConnection, 0)
    agenda.add(.dialDeadline(connection: lastConnection), at: now + deadline)
    transmit(lastConnection, 0)
  }

  private func find(_ host: Int, _ id: ConnectionID) -> (connection: Int, side: Int)? {
    let name = Name(host: host, id: id)
    guard let found = named[name], connections[found.connection]?.sides[found.side].id == id else {
      named[name] = nil
      return nil
    }
    return found
  }

  /// Hands something to the program, when it runs.
  func deliver(_ delivery: Host.Delivery, to host: Int) {
    guard hosts[host].runs else { return }
    hosts[host].backlog.append(delivery)
    // What comes while the program is in a verb waits for its end.
    if hosts[host].backlog.count == 1 { agenda.add(.resume(host: host), at: max(now, hosts[host].stalledUntil)) }
  }

  private func work(_ host: Int) {
    guard hosts[host].runs else { return }
    guard now >= hosts[host].stalledUntil else {
      return agenda.add(.resume(host: host), at: hosts[host].stalledUntil)
    }
    let backlog = hosts[host].backlog
    hosts[host].backlog = []
    for (index, delivery) in backlog.enumerated() {
      if now < hosts[host].stalledUntil {
        hosts[host].backlog = backlog[index...] + hosts[host].backlog
        return agenda.add(.resume(host: host), at: hosts[host].stalledUntil)
      }
      perform(delivery, host)
      settle(host)
    }
  }

  private func perform(_ delivery: Host.Delivery, _ host: Int) {
    let node = hosts[host].node
    let clock = clock(host)
    switch delivery {
    case .accepted(let connection):
      guard let sides = connections[connection]?.sides, sides[1].id == nil, !sides[1].isOver else { return }
      let from = Endpoint(ipv4: sides[0].address, port: 50_000)
      let id = node.handleAccepted(from: from, now: clock)
      connections[connection]!.sides[1].id = id
      named[Name(host: host, id: id)] = (connection, 1)
      if costOfAccepting > .zero { stall(host, for: max(hosts[host].stalledUntil - now, .zero) + costOfAccepting) }
    case .connected(let connection):
      if let id = connections[connection]?.sides[0].id { node.handleConnected(id, now: clock) }
    case .dialFailed(let id, let reason): node.handleDialFailed(id, reason, now: clock)
    case .bytes(let connection, let side, let bytes):
      if let id = connections[connection]?.sides[side].id { node.handleReceived(id, bytes, now: clock) }
    case .drained(let id): node.handleDrained(id, now: clock)
    case .ended(let connection, let side, let reason):
      guard let id = connections[connection]?.sides[side].id else { return }
      connections[connection]!.sides[side].id = nil
      node.handleDisconnected(id, reason, now: clock)
      forget(connection)
    case .datagram(let bytes, let endpoint):
      node.handleDatagram(bytes, from: endpoint, link: 1, now: clock)
    case .probe(let bytes, let endpoint): node.handleProbe(bytes, from: endpoint, now: clock)
    case .networkChanged: node.handleNetworkChange(now: clock)
    case .linkLost:
      for name in named.keys.filter({ $0.host == host }).sorted(by: { $0.id < $1.id }) {
        node.handleLinkLost(name.id, now: clock)
      }
    }
  }

  // MARK: The kernel

  func happen(_ happening: Happening) {
    switch happening {
    case .segment(let segment, let connection, let side, let address):
      arrive(segment, connection, side, at: address)
    case .reset(let connection, let side, let address):
      guard let end = connections[connection]?.sides[side], end.exists, hosts[end.host].runs,
        hosts[end.host].address == address
      else { return }
      connections[connection]!.sides[side].tcp.reset()
      transmit(connection, side)
    case .datagram(let bytes, let from, let host):
      if hosts[host].hasLink { deliver(.datagram(bytes, from: from), to: host) }
    case .probe(let bytes, let from, let address, let host):
      if hosts[host].hasLink, hosts[host].address == address { deliver(.probe(bytes, from: from), to: host) }
    case .tcpTimer(let connection, let side):
      guard let end = connections[connection]?.sides[side], end.wakesAt <= now else { return }
      connections[connection]!.sides[side].wakesAt = .distantFuture
      guard end.exists, hosts[end.host].runs else { return }
      connections[connection]!.sides[side].tcp.timeout(now: now)
      transmit(connection, side)
    case .nodeTimer(let host):
      guard hosts[host].runs, hosts[host].wakesAt <= now else { return }
      if now < hosts[host].stalledUntil {
        hosts[host].wakesAt = hosts[host].stalledUntil
        return agenda.add(.nodeTimer(host: host), at: hosts[host].stalledUntil)
      }
      hosts[host].wakesAt = .distantFuture
      if let deadline = hosts[host].node.deadline, deadline <= clock(host) {
        hosts[host].wakeUps += 1
        hosts[host].node.timeout(now: clock(host))
      }
      settle(host)
    case .dialDeadline(let connection):
      guard let end = connections[connection]?.sides[0], end.exists, !end.isOpen, let id = end.id else { return }
      connections[connection] = nil
      deliver(.dialFailed(id, .dialTimedOut), to: end.host)
    case .resume(let host): work(host)
    }
  }

  private func arrive(_ segment: Segment, _ connection: Int, _ side: Int, at address: UInt32) {
    guard let end = connections[connection]?.sides[side], end.address == address,
      hosts[end.host].address == address, hosts[end.host].runs, hosts[end.host].hasLink
    else { return }  // A packet to an address that is nobody's, or not the connection's any more.
    if !end.exists {
      guard side == 1, segment.acknowledged == nil, !end.isOver else { return answerReset(connection, from: side) }
      connections[connection]!.sides[1].exists = true
    }
    let before = end.tcp.delivered
    connections[connection]!.sides[side].tcp.receive(segment, now: now)
    let delivered = connections[connection]!.sides[side].tcp.delivered
    let count = Int(delivered - before)
    noteLife(connection, side)
    if count > 0 {
      let bytes = Array(connections[connection]!.sides[1 - side].outgoing.prefix(count))
      connections[connection]!.sides[1 - side].outgoing.removeFirst(count)
      if end.isOver {
        // Nobody is left to read it.
        connections[connection]!.sides[side].exists = false
        return answerReset(connection, from: side)
      }
      deliver(.bytes(connection: connection, side: side, bytes), to: end.host)
    }
    transmit(connection, side)
  }

  /// Tells the program that a connection has come up.
  private func noteLife(_ connection: Int, _ side: Int) {
    let end = connections[connection]!.sides[side]
    guard !end.isOpen, end.tcp.state != .opening, end.tcp.state != .broken else { return }
    connections[connection]!.sides[side].isOpen = true
    if side == 1 { onConnection(connections[connection]!.sides[0].host, end.host) }
    deliver(side == 0 ? .connected(connection: connection) : .accepted(connection: connection), to: end.host)
  }

  private func answerReset(_ connection: Int, from side: Int) {
    guard let ends = connections[connection]?.sides else { return }
    guard let delay = travel(ends[side].host, ends[1 - side].host) else { return }
    agenda.add(.reset(connection: connection, side: 1 - side, to: ends[1 - side].address), at: now + delay)
  }

  /// Sends what one end's TCP has to send, wakes it in time, and tells its program of its end.
  func transmit(_ connection: Int, _ side: Int) {
    guard let end = connections[connection]?.sides[side], end.exists, hosts[end.host].runs else { return }
    let other = connections[connection]!.sides[1 - side]
    while let segment = connections[connection]!.sides[side].tcp.nextSegment(now: now) {
      // The kernel sends nothing from an address that it has lost.
      guard hosts[end.host].hasLink, hosts[end.host].address == end.address, !dropsSegments,
        let delay = travel(end.host, other.host)
      else { continue }
      agenda.add(.segment(segment, connection: connection, side: 1 - side, to: other.address), at: now + delay)
    }
    let tcp = connections[connection]!.sides[side].tcp
    if tcp.deadline < connections[connection]!.sides[side].wakesAt {
      connections[connection]!.sides[side].wakesAt = tcp.deadline
      agenda.add(.tcpTimer(connection: connection, side: side), at: max(now, tcp.deadline))
    }
    conclude(connection, side, tcp.state)
  }

  private func conclude(_ connection: Int, _ side: Int, _ state: TCPEnd.State) {
    let end = connections[connection]!.sides[side]
    switch state {
    case .opening, .open: return
    case .finished:
      guard !end.isOver else { return forget(connection) }
      connections[connection]!.sides[side].isOver = true
      if end.id != nil || !end.isOpen {
        deliver(.ended(connection: connection, side: side, .closedByPeer), to: end.host)
      }
      connections[connection]!.sides[side].tcp.close()
      transmit(connection, side)
    case .broken:
      connections[connection]!.sides[side].exists = false
      guard !end.isOver else { return forget(connection) }
      connections[connection]!.sides[side].isOver = true
      if !end.isOpen, side == 0, let id = end.id {
        connections[connection]!.sides[side].id = nil
        deliver(.dialFailed(id, .refused), to: end.host)
      } else {
        deliver(.ended(connection: connection, side: side, .broken(errno: 110)), to: end.host)
      }
    }
  }

  /// Drops what neither kernel has a use for any more.
  private func forget(_ connection: Int) {
    let isDone = connections[connection]?.sides.allSatisfy {
      $0.id == nil && (!$0.exists || ($0.isOver && $0.tcp.isDrained))
    }
    if isDone ?? false { connections[connection] = nil }
  }

  // MARK: The link

  func travel(_ from: Int, _ to: Int) -> TimeSpan? {
    let route = Route(from: from, to: to)
    let low = UInt64(min(from, to))
    let link = seed &+ (low &* 1_000_003 &+ UInt64(max(from, to))) &* 7_919
    return paths[route, default: Path(weather, link: link, direction: from < to ? 0 : 1)].travel(at: now)
  }

  private func send(datagram bytes: [UInt8], from host: Int, to other: Int) {
    guard hosts[host].hasLink, !dice.chance(announceLoss), let delay = travel(host, other) else { return }
    let source = Endpoint(ipv4: hosts[host].address, port: Self.discoveryPort)
    agenda.add(.datagram(bytes, from: source, toHost: other), at: now + delay)
  }
}
