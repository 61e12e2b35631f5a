import Sodium
import VirtualNetwork

@testable import PeerNet

// How what the parties want is carried out, and when it arrives.
extension World {
  func schedule(_ happening: Happening, after delay: TimeSpan) { agenda.add(happening, at: now + delay) }

  private func endpointLink(_ endpoint: Endpoint) -> Link { links[endpoint] ?? link }

  private func delay() -> TimeSpan {
    let span = UInt64(link.delay.upperBound - link.delay.lowerBound + 1)
    return .milliseconds(link.delay.lowerBound + Int64(random.below(span)))
  }

  /// Segments of one direction arrive in the order they were sent.
  private func inOrder(to end: End) -> TimeSpan {
    let arrival = max(now + delay(), lastArrival[end] ?? .zero)
    lastArrival[end] = arrival
    return arrival - now
  }

  private func isCut(_ node: Int, _ other: Int) -> Bool {
    link.isBlackHole || cutOff.contains(node) || cutOff.contains(other)
  }

  func carryOut(_ index: Int) {
    defer { (parties[index] as? Node)?.checkInvariants(now: now) }
    while let output = parties[index].nextOutput() {
      switch output {
      case .dial(let id, let endpoint, let deadline):
        dials.append((now, index, endpoint))
        if endpointLink(endpoint).isBlackHole || cutOff.contains(index)
          || cutOff.contains(where: { World.endpoint($0) == endpoint })
        {
          schedule(.dialRefused(node: index, id), after: deadline)
        } else {
          schedule(.dialArrives(from: index, id, to: endpoint), after: delay())
        }
      case .send(let id, let bytes):
        let end = End(node: index, id: id)
        if joined[end] == nil { saidToStrangers += 1 }
        guard let other = joined[end], !slowReaders.contains(other.node) else { continue }
        schedule(.drained(node: index, id), after: .zero)
        // TCP never loses a piece out of the middle: from here on this connection says nothing.
        guard !isCut(index, other.node) else {
          sever(end)
          continue
        }
        schedule(.bytes(node: other.node, other.id, bytes), after: inOrder(to: other))
      case .close(let id, _):
        guard let other = joined.removeValue(forKey: End(node: index, id: id)), !isCut(index, other.node) else {
          continue
        }
        schedule(.closed(node: other.node, other.id), after: inOrder(to: other))
      case .setReading(let id, let isRead):
        let end = End(node: index, id: id)
        let waiting = unread[end] ?? []
        unread[end] = isRead ? nil : waiting
        if isRead {
          for bytes in waiting.reversed() {
            agenda.addFirst(.bytes(node: index, id, bytes), at: now)
          }
        }
      case .broadcast(let bytes):
        for other in parties.indices where other != index && !isCut(index, other) {
          schedule(
            .datagram(node: other, bytes, from: World.endpoint(index).with(port: 4_040)), after: delay())
        }
      case .datagram(let bytes, let to, _):
        for other in parties.indices where World.endpoint(other).with(port: 0) == to.with(port: 0) {
          schedule(.datagram(node: other, bytes, from: World.endpoint(index).with(port: 4_040)), after: delay())
        }
      case .probe: break  // It has offered no port for them.
      case .event(let event):
        events[index].append((now, event))
        if case .request(let request) = event {
          arrivals.append((now, index, request))
          if let reply = serve(index, request) {
            node(index).reply(request.token!, reply, now: now)
          } else {
            unanswered.append((index, request))
          }
        }
      }
    }
  }

  func happen(_ happening: Happening) {
    switch happening {
    case .dialArrives(let from, let id, let endpoint):
      guard let to = aliases[endpoint] ?? parties.indices.first(where: { World.endpoint($0) == endpoint }),
        !endpointLink(endpoint).refuses
      else {
        return schedule(.dialRefused(node: from, id), after: delay())
      }
      let accepted = parties[to].handleAccepted(from: World.endpoint(from).with(port: 50_000), now: now)
      joined[End(node: from, id: id)] = End(node: to, id: accepted)
      joined[End(node: to, id: accepted)] = End(node: from, id: id)
      schedule(.dialAnswered(node: from, id), after: delay())
      carryOut(to)
    case .dialAnswered(let node, let id):
      parties[node].handleConnected(id, now: now)
      carryOut(node)
    case .dialRefused(let node, let id):
      parties[node].handleDialFailed(id, .refused, now: now)
      carryOut(node)
    case .bytes(let node, let id, let bytes):
      if unread[End(node: node, id: id)] != nil {
        unread[End(node: node, id: id)]!.append(bytes)
        return
      }
      parties[node].handleReceived(id, bytes, now: now)
      carryOut(node)
    case .drained(let node, let id):
      parties[node].handleDrained(id, now: now)
      carryOut(node)
    case .closed(let node, let id):
      joined[End(node: node, id: id)] = nil
      parties[node].handleDisconnected(id, .closedByPeer, now: now)
      carryOut(node)
    case .datagram(let node, let bytes, let source):
      parties[node].handleDatagram(bytes, from: source, link: 1, now: now)
      carryOut(node)
    }
  }
}
