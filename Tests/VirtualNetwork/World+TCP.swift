import PeerNet

// The machines' kernels, on links that lose packets.
extension World {
  // MARK: What programs want

  func dialByTCP(_ index: Int, _ id: ConnectionID, _ endpoint: Endpoint, deadline: TimeSpan) {
    // Whose address that is shows when the first packet arrives.
    let to = machine(listeningAt: endpoint) ?? index
    lastConnection += 1
    connections[lastConnection] = Connection(
      sides: [
        .init(
          machine: index, address: machines[index].address, id: id,
          carriage: .tcp(TCPEnd(dialling: true, userTimeout: userTimeout)), exists: true),
        .init(
          machine: to, address: endpoint.ipv4 ?? 0, id: nil,
          carriage: .tcp(TCPEnd(dialling: false, userTimeout: userTimeout)), exists: false),
      ], dialled: endpoint)
    named[Name(machine: index, id: id)] = (lastConnection, 0)
    schedule(.dialDeadline(connection: lastConnection), after: deadline)
    transmit(lastConnection, 0)
  }

  func write(_ bytes: [UInt8], _ id: ConnectionID, _ connection: Int, _ side: Int) {
    connections[connection]!.sides[side].outgoing += bytes
    connections[connection]!.sides[side].tcp.write(bytes.count)
    // The kernel's buffer is larger than anything a simulation writes.
    deliver(.drained(id), to: connections[connection]!.sides[side].machine)
    transmit(connection, side)
  }

  func hangUp(_ connection: Int, _ side: Int) {
    connections[connection]!.sides[side].id = nil
    connections[connection]!.sides[side].isOver = true
    connections[connection]!.sides[side].tcp.close()
    transmit(connection, side)
  }

  // MARK: What happens

  func giveUpDial(_ connection: Int) {
    guard let end = connections[connection]?.sides[0], end.exists, !end.isOpen, let id = end.id else { return }
    connections[connection] = nil
    deliver(.dialFailed(id, .dialTimedOut), to: end.machine)
  }

  func reset(_ connection: Int, _ side: Int, at address: UInt32) {
    guard let end = connections[connection]?.sides[side], end.exists, machines[end.machine].runs,
      has(end.machine, address)
    else { return }
    connections[connection]!.sides[side].tcp.reset()
    transmit(connection, side)
  }

  func wakeKernel(_ connection: Int, _ side: Int) {
    guard let end = connections[connection]?.sides[side], end.wakesAt <= now else { return }
    connections[connection]!.sides[side].wakesAt = .distantFuture
    guard end.exists, machines[end.machine].runs else { return }
    connections[connection]!.sides[side].tcp.timeout(now: now)
    transmit(connection, side)
  }

  func arrive(_ segment: Segment, _ connection: Int, _ side: Int, at address: UInt32) {
    guard let end = connections[connection]?.sides[side], end.address == address, has(end.machine, address),
      machines[end.machine].runs, machines[end.machine].hasLink
    else { return }  // A packet to an address that is nobody's, or not the connection's any more.
    if !end.exists {
      guard !link(at: connections[connection]!.dialled).isBlackHole else { return }
      guard side == 1, segment.acknowledged == nil, !end.isOver, !link(at: connections[connection]!.dialled).refuses
      else { return answerReset(connection, from: side) }
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
      deliver(.bytes(connection: connection, side: side, bytes), to: end.machine)
    }
    transmit(connection, side)
  }

  /// Tells the program that a connection has come up.
  private func noteLife(_ connection: Int, _ side: Int) {
    let end = connections[connection]!.sides[side]
    guard !end.isOpen, end.tcp.state != .opening, end.tcp.state != .broken else { return }
    connections[connection]!.sides[side].isOpen = true
    if side == 1 { onConnection(connections[connection]!.sides[0].machine, end.machine) }
    deliver(side == 0 ? .connected(connection: connection) : .accepted(connection: connection), to: end.machine)
  }

  private func answerReset(_ connection: Int, from side: Int) {
    guard let ends = connections[connection]?.sides else { return }
    guard let delay = travel(ends[side].machine, ends[1 - side].machine) else { return }
    schedule(.reset(connection: connection, side: 1 - side, to: ends[1 - side].address), after: delay)
  }

  // MARK: Sending

  /// Sends what one end's TCP has to send, wakes it in time, and tells its program of its end.
  func transmit(_ connection: Int, _ side: Int) {
    guard let end = connections[connection]?.sides[side], end.exists, machines[end.machine].runs else { return }
    let other = connections[connection]!.sides[1 - side]
    while let segment = connections[connection]!.sides[side].tcp.nextSegment(now: now) {
      // The kernel sends nothing from an address that it has lost.
      guard machines[end.machine].hasLink, has(end.machine, end.address), !dropsSegments,
        let delay = travel(end.machine, other.machine)
      else { continue }
      schedule(.segment(segment, connection: connection, side: 1 - side, to: other.address), after: delay)
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
        deliver(.ended(connection: connection, side: side, .closedByPeer), to: end.machine)
      }
      connections[connection]!.sides[side].tcp.close()
      transmit(connection, side)
    case .broken:
      connections[connection]!.sides[side].exists = false
      guard !end.isOver else { return forget(connection) }
      connections[connection]!.sides[side].isOver = true
      if !end.isOpen, side == 0, let id = end.id {
        connections[connection]!.sides[side].id = nil
        deliver(.dialFailed(id, .refused), to: end.machine)
      } else {
        deliver(.ended(connection: connection, side: side, .broken(errno: 110)), to: end.machine)
      }
    }
  }
}
