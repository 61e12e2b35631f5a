import ETF
import Noise
import Sodium

@testable import PeerNet

/// A whole node under attack: strangers who say anything, and a trusted peer who finishes the handshake and then seals
/// anything, beside the stream as well. The first byte picks the wire, who dials and whether there are probes; the rest is a
/// program of attacks and of time.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let choice = input.first else { return 0 }
  let attack = Attack(
    wire: choice & 1 == 0 ? .one : .two, nodeDials: choice & 2 != 0, knowsTwo: choice & 4 != 0,
    hasProbes: choice & 8 != 0)
  attack.run(input[1...])
  return 0
}

private func key(_ byte: UInt8) -> KeyPair { KeyPair(privateKey: SecretKey([UInt8](repeating: byte, count: 32))!) }

private final class Attack {
  private enum Phase: ~Copyable {
    case none
    case awaitingM1(ResponderAwaitingM1)
    case awaitingM2(InitiatorAwaitingM2)
    case awaitingM3(ResponderAwaitingM3)
    case established(Channel)
  }

  let node: Node
  let wire: Wire
  let peerKey = key(2)
  var now = Instant(nanoseconds: 1_000_000_000)
  var rest: ArraySlice<UInt8> = []
  private var phase = Phase.none
  /// The connection of the trusted peer.
  private var connection: ConnectionID?
  private var strangers: [ConnectionID] = []
  private var tokens: [RequestToken] = []
  private var reader = FrameReader()
  private var isSlow = false
  private var hello = Hello(instance: [UInt8](repeating: 3, count: 16))
  private var probes: ProbeChannel?
  private var lastProbe: [UInt8] = []

  init(wire: Wire, nodeDials: Bool, knowsTwo: Bool, hasProbes: Bool) {
    self.wire = wire
    var trust = TrustList()
    let pinned: Wire? = knowsTwo ? .two : nil
    try! trust.add(TrustEntry(key: peerKey.publicKey, label: [65], grants: .everything, wire: pinned))
    var configuration = NodeConfiguration()
    configuration.dialsAutomatically = nodeDials
    configuration.limits.maximumHalfOpen = 4
    configuration.limits.maximumQueuedBytes = 1 << 16
    node = Node(
      identity: key(1), trust: trust, configuration: configuration,
      discoveries: [
        UDPDiscovery(
          .init(key: key(1).publicKey, port: 1), random: RandomStream(seed: [UInt8](repeating: 1, count: 32)), now: now)
      ], seed: [UInt8](repeating: 4, count: 32), now: now)
    node.expose(Array("echo".utf8), isRemoteProcedure: true, limit: 4)
    if hasProbes {
      node.offerProbes(at: 8)
      hello.offerProbes(at: 9)
    }
    if nodeDials {
      node.connect(peerKey.publicKey, at: [Endpoint(ipv4: 1, port: 1)], now: now)
    } else {
      dialIn()
    }
  }

  private func dialIn() {
    connection = node.handleAccepted(from: Endpoint(ipv4: 2, port: 2), now: now)
    reader = FrameReader()
    var m1: [UInt8] = []
    phase = .awaitingM2(InitiatorAwaitingM2(transcript: wire.transcript, ephemeral: key(3), message: &m1))
    sayHandshake(m1)
  }

  private func frame(_ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    let start = Frame.begin(&bytes)
    bytes += body
    Frame.finish(&bytes, from: start)
    return bytes
  }

  private func sayHandshake(_ message: [UInt8]) {
    var body: [UInt8] = []
    wire.appendHandshake(message, to: &body)
    if let connection { node.handleReceived(connection, frame(body), now: now) }
  }

  func run(_ program: ArraySlice<UInt8>) {
    rest = program
    settle()
    var steps = 0
    while let operation = rest.popFirst(), steps < 256 {
      steps += 1
      perform(operation)
      settle()
      guard node.strangers.connections.count <= 4, node.connections.count <= 4 + 16, node.serving.works.count <= 4
      else {
        fatalError("unbounded")
      }
      let open = node.peers.reduce(0) { $0 + $1.connections.count }
      guard open == node.connections.count(where: { $0.open != nil }) else { fatalError("miscounted") }
      for connection in node.connections {
        guard node.deadline ?? .distantFuture <= connection.deadline else { fatalError("nobody wakes") }
      }
    }
    node.stop(now: now)
    settle()
    guard node.connections.isEmpty else { fatalError("still open") }
  }

  private func take(_ limit: Int = 255) -> [UInt8] {
    let bytes = Array(rest.dropFirst().prefix(min(Int(rest.first ?? 0), limit)))
    rest = rest.dropFirst(1 + bytes.count)
    return bytes
  }

  private func perform(_ operation: UInt8) {
    let key = peerKey.publicKey
    switch operation & 15 {
    case 0: now = now + .milliseconds(Int64(rest.popFirst() ?? 0) * 97)
    case 1: strangers.append(node.handleAccepted(from: Endpoint(ipv4: UInt32(rest.popFirst() ?? 0), port: 9), now: now))
    case 2: if let last = strangers.last { node.handleReceived(last, take(), now: now) }
    case 3: if let first = strangers.first { node.handleReceived(first, frame(take()), now: now) }
    case 4, 5, 6: seal(take())
    case 7: seal(envelope(.call(id: UInt64(operation >> 4) + 1, name: "echo", arguments: .binary(take()))))
    case 8: seal(envelope(.reply(id: UInt64(operation >> 4), .ok(.binary(take())))))
    case 9: seal(envelope(.ping(nonce: operation & 16 == 0 ? Array("PeerNet/2xxxxxxx".utf8) : take())))
    case 10: if !tokens.isEmpty { node.reply(tokens.removeLast(), .ok(.binary(take())), now: now) }
    case 11: _ = try? node.call(key, "echo", .binary(take()), timeout: .milliseconds(500), now: now)
    case 12: node.handleDatagram(take(), from: Endpoint(ipv4: 7, port: 4_040), link: 1, now: now)
    case 13: isSlow.toggle()
    case 14: if let connection { node.handleDisconnected(connection, .closedByPeer, now: now) }
    default:
      switch operation >> 4 {
      case 0: node.setTrust(TrustList(), now: now)
      case 1: node.handleNetworkChange(now: now)
      case 2: node.disconnect(key, now: now)
      case 3: node.connect(key, at: [Endpoint(ipv4: 1, port: 1)], now: now)
      case 4: if let connection { node.handleReceived(connection, take(), now: now) }
      case 5: _ = try? node.ping(key, now: now)
      case 6: probe(rest.popFirst() ?? 0)
      case 7: node.handleProbe(rest.first == 0 ? lastProbe : take(), from: Endpoint(ipv4: 2, port: 3), now: now)
      case 8: if let connection { node.handleLinkLost(connection, now: now) }
      default: dialIn()
      }
    }
  }

  /// A genuine one of the peer's, from where it is or from elsewhere.
  private func probe(_ choice: UInt8) {
    let kind = choice & 1 == 0 ? ProbeChannel.Message.Kind.challenge : .echo
    guard let sealed = probes?.seal(.init(kind: kind, number: UInt64(choice >> 3), received: UInt64(choice) << 3))
    else { return }
    lastProbe = sealed
    let source = choice & 4 == 0 ? UInt32(node.connections.last?.endpoint == Endpoint(ipv4: 1, port: 1) ? 1 : 2) : 7
    node.handleProbe(sealed, from: Endpoint(ipv4: source, port: choice & 2 == 0 ? 9 : 10), now: now)
  }

  private func envelope(_ envelope: Envelope) -> [UInt8] {
    (wire == .two ? [envelope.isControl ? 2 : 0] : []) + envelope.encoded()
  }

  /// What only the holder of the key can say.
  private func seal(_ plaintext: [UInt8]) {
    var taken = Phase.none
    swap(&taken, &phase)
    guard case .established(var channel) = taken, let connection else { return }
    var body = plaintext
    try! channel.sender.seal(&body, from: 0)
    phase = .established(channel)
    node.handleReceived(connection, frame(body), now: now)
  }

  /// Carries out what the node wants, and plays the peer's part of the handshake.
  private func settle() {
    var outputs = 0
    while true {
      if let deadline = node.deadline, deadline <= now { node.timeout(now: now) }
      guard let output = node.nextOutput() else { break }
      outputs += 1
      guard outputs < 10_000 else { fatalError("it never ends") }
      switch output {
      case .dial(let id, let endpoint, _):
        guard endpoint == Endpoint(ipv4: 1, port: 1) else {
          node.handleDialFailed(id, .refused, now: now)
          continue
        }
        connection = id
        reader = FrameReader()
        phase = .awaitingM1(ResponderAwaitingM1(transcript: wire.transcript, ephemeral: key(3)))
        node.handleConnected(id, now: now)
      case .send(let id, let bytes):
        if !isSlow { node.handleDrained(id, now: now) }
        if id == connection { hear(bytes) }
      case .event(.request(let request)): if let token = request.token { tokens.append(token) }
      case .close, .setReading, .broadcast, .datagram, .probe, .event: break
      }
    }
  }

  private func hear(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { reader.append($0) }
    while let range = try? reader.next(maximum: WireFormat.maximumFrame) {
      let body = Array(reader.buffer[range])
      try? handshake(body)
    }
    reader.discardRead()
  }

  private func handshake(_ body: [UInt8]) throws {
    var taken = Phase.none
    swap(&taken, &phase)
    let payload = wire == .two ? hello.encoded() : []
    switch consume taken {
    case .awaitingM1(let state):
      var m2: [UInt8] = []
      let next = try state.receive(wire.unwrapHandshake(body), payload: payload, staticKey: peerKey, message: &m2)
      phase = .awaitingM3(next)
      sayHandshake(m2)
    case .awaitingM2(let state):
      var m3: [UInt8] = []
      var channel = try state.receive(wire.unwrapHandshake(body), staticKey: peerKey)
        .finish(payload: payload, staticKey: peerKey, message: &m3)
      probes = channel.takeProbes(port: 8)
      phase = .established(channel)
      sayHandshake(m3)
    case .awaitingM3(let state):
      var channel = try state.receive(wire.unwrapHandshake(body))
      probes = channel.takeProbes(port: 8)
      phase = .established(channel)
    case .established(let channel):
      phase = .established(channel)
    case .none: break
    }
  }
}
