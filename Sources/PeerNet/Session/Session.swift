import ETF
import Noise
import Sodium

/// One connection's protocol: handshake, then envelopes both ways. Bytes and time go in; bytes and inputs come out.
///
/// It decides nothing: whom to trust, what to answer and when to close is the node's.
// The unchecked variables: see Node.
final class Session {
  enum Role: Hashable { case initiator, responder }

  /// What a received frame means to the node.
  enum Input {
    /// The peer has proven this key. Nothing more is read until the node calls `admit`, or closes.
    case proved(PublicKey)
    case envelope(Incoming)
  }

  /// Which step of the handshake is next; taking it consumes the state.
  private enum Phase: ~Copyable {
    /// None: there is no connection yet, or no handshake any more.
    case none
    case awaiting(Awaiting)
    case proved(Proved)
  }

  /// The message that is to come.
  private enum Awaiting: ~Copyable {
    case m1
    case m2(InitiatorAwaitingM2)
    case m3(ResponderAwaitingM3)
  }

  /// The peer has proven its key, and is not admitted yet.
  private enum Proved: ~Copyable {
    case responder(InitiatorSendingM3)
    case initiator(Channel)
  }

  /// What concerns a session among the node's limits, which are 264 bytes: a board may have a thousand sessions.
  private struct Bounds {
    let envelope: Int
    let queued: Int
    let owed: Int
    let sendBudget: Int
    let keptBuffer: Int

    init(_ limits: Limits) {
      envelope = limits.maximumEnvelope
      queued = limits.maximumQueuedBytes
      owed = limits.maximumOwedBytes
      sendBudget = limits.sendBudget
      keptBuffer = limits.keptBuffer
    }
  }

  let role: Role
  let endpoint: Endpoint
  /// For an initiator what it chose; for a responder what M1 turned out to be.
  private(set) var wire: Wire
  @exclusivity(unchecked) private(set) var remote: PublicKey?
  @exclusivity(unchecked) private var isClosed = false
  private(set) var hello: Hello?
  @exclusivity(unchecked) private(set) var liveness: Liveness?
  /// The last ping that is unanswered, to measure the round trip.
  private var pinged: (nonce: [UInt8], at: Instant)?
  /// The datagrams beside the stream, when both sides offer them.
  var probes: ProbeChannel?
  /// Bytes of the stream so far.
  @exclusivity(unchecked) private var receivedBytes: UInt64 = 0
  /// When M1 left, then how long M2 took: the first notion of this link's round trip.
  private var sentM1: Instant?
  private(set) var handshakeRoundTrip: TimeSpan?

  private let bounds: Bounds
  @exclusivity(unchecked) private var phase: Phase
  @exclusivity(unchecked) var channel: Channel?
  private var ephemeral: KeyPair?
  private let encoding: EncodingOptions
  @exclusivity(unchecked) private var reader: FrameReader
  @exclusivity(unchecked) private var inbox = Inbox(wire: .one)
  @exclusivity(unchecked) private var outbox: Outbox

  /// - Parameters:
  ///   - ephemeral: for a replay; otherwise one is drawn when it is needed.
  ///   - encoding: for a replay of what OTP 25 sent.
  init(
    role: Role, endpoint: Endpoint, wire: Wire, limits: Limits, ephemeral: consuming KeyPair? = nil,
    encoding: EncodingOptions = .init()
  ) {
    self.role = role
    self.endpoint = endpoint
    self.wire = wire
    bounds = Bounds(limits)
    self.encoding = encoding
    reader = FrameReader(kept: limits.keptBuffer)
    outbox = Outbox(wire: wire, budget: limits.sendBudget, encoding: encoding)
    phase = role == .initiator ? .none : .awaiting(.m1)
    self.ephemeral = ephemeral
  }

  var isEstablished: Bool { channel != nil }
  var queuedBytes: Int { outbox.queuedBytes }
  /// How much output the peer has not taken.
  var owesTooMuch: Bool { outbox.owedBytes > bounds.owed }
  /// Whether bytes were received that nobody has read.
  var hasUnreadBytes: Bool { !reader.isEmpty }
  /// Bytes that were received and not looked at.
  var unreadBytes: Int { reader.heldBytes }
  /// How many bytes of both directions wait here.
  var heldBytes: Int { reader.heldBytes + inbox.heldBytes + outbox.heldBytes }
  /// Envelopes taken in so far, pings and pongs aside, and how many of them the transport was given, at least in part.
  var accepted: UInt64 { outbox.accepted }
  var handedOver: UInt64 { outbox.handedOver }
  /// The peer does not take what we have to say to it.
  var isStalled: Bool { outbox.queuedBytes > bounds.queued || outbox.isFloodedWithControl }

  // MARK: Handshake

  /// The transport is connected: an initiator says M1.
  func connected(now: Instant, random: inout RandomStream) {
    guard role == .initiator, sentM1 == nil else { return }
    sentM1 = now
    let ephemeral = takeEphemeral(&random)
    var message: [UInt8] = []
    phase = .awaiting(
      .m2(InitiatorAwaitingM2(transcript: wire.transcript, ephemeral: ephemeral, message: &message)))
    sendHandshake(message)
  }

  /// Admits the peer that was proved, if one was: an initiator says M3, and either side may send envelopes from now on.
  func admit(
    hello: Hello, staticKey: borrowing KeyPair, rules: LivenessRules = LivenessRules(), now: Instant,
    random: inout RandomStream
  ) throws(SessionError) {
    guard case .proved(let proved) = takePhase() else { return }
    switch consume proved {
    case .responder(let state):
      var message: [UInt8] = []
      if wire == .two { self.hello = try Hello(decoding: state.payload) }
      let payload = wire == .two ? hello.encoded() : []
      do throws(NoiseError) {
        channel = try state.finish(
          payload: payload, staticKey: staticKey, deriving: probeLabel(hello), message: &message)
      } catch { throw .peerFailedHandshake }
      sendHandshake(message)
    case .initiator(let channel):
      if wire == .two { self.hello = try Hello(decoding: channel.payload) }
      self.channel = consume channel
    }
    inbox = Inbox(wire: wire, limit: bounds.envelope, kept: bounds.keptBuffer)
    watch(rules, hello, now: now, random: &random)
  }

  private func watch(_ rules: LivenessRules, _ ours: Hello, now: Instant, random: inout RandomStream) {
    var rules = rules
    if let wish = hello?.interval {
      rules.ask(every: max(rules.interval, min(.milliseconds(Int64(wish)), .seconds(60))))
    }
    let port = ours.probePort == nil ? nil : hello?.probePort
    probes = channel!.takeProbes(port: port)
    liveness = Liveness(rules: rules, sendsProbes: probes != nil, now: now, random: &random)
  }

  private func probeLabel(_ hello: Hello) -> [UInt8] {
    wire == .two && hello.probePort != nil ? WireFormat.probeLabel : []
  }

  /// Makes it possible to tell a proven initiator why it is not admitted. Its hello stays unread.
  func dismiss() {
    guard case .proved(let proved) = takePhase(), case .initiator(let channel) = consume proved else { return }
    self.channel = consume channel
  }

  // MARK: Input

  /// What the first bytes of a connection are, before they are decoded.
  enum Opening {
    /// No whole message, or one that is cheap to refuse.
    case none
    /// An M1 and nothing else: an initiator cannot send more before it has our answer.
    case m1
    /// An M1 with more bytes behind it.
    case malformed
  }

  /// Only for a responder that has not read its M1 yet.
  var opening: Opening {
    guard let range = (try? reader.peek(maximum: WireFormat.maximumHandshakeFrame)) ?? nil,
      Wire(m1: Array(reader.buffer[range])) != nil
    else { return .none }
    return range.upperBound == reader.buffer.count ? .m1 : .malformed
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    receivedBytes += UInt64(bytes.count)
    reader.append(bytes)
  }

  /// The next input that the received bytes hold, or nil until more come. Of a request whose arguments are neither small
  /// nor within the `maximum` of its name only the head is read.
  func next(
    hello: Hello, staticKey: borrowing KeyPair, now: Instant, random: inout RandomStream,
    maximum: (_ name: [UInt8]) -> Int = { _ in .max }
  ) throws(SessionError) -> Input? {
    if channel == nil {
      // Proven but not admitted: nothing is read.
      guard remote == nil, !isClosed else { return nil }
      while remote == nil {
        guard let range = try reader.next(maximum: WireFormat.maximumHandshakeFrame) else { return nil }
        let body = Array(reader.buffer[range])
        guard case .awaiting(let step) = takePhase() else { return nil }
        try handshake(step, body, hello: hello, staticKey: staticKey, now: now, random: &random)
      }
      return remote.map { .proved($0) }
    }
    while let range = try reader.next(maximum: wire.maximumMessage) {
      let plaintext: Range<Int>
      do { plaintext = try channel!.receiver.open(&reader.buffer, range: range) } catch { throw .peerSentForgedMessage }
      let incoming = try inbox.receive(reader.buffer, plaintext, maximum: maximum)
      liveness?.handleReceived(now: now)
      guard let incoming else { continue }
      switch incoming.envelope {
      case .pong(let nonce): measure(nonce, now: now)
      case .ping:
        trim()
        liveness?.handleQuestion(&random)
      case .call, .reply, .send, .bye: break
      }
      return .envelope(incoming)
    }
    return nil
  }

  private func handshake(
    _ step: consuming Awaiting, _ body: [UInt8], hello: Hello, staticKey: borrowing KeyPair, now: Instant,
    random: inout RandomStream
  ) throws(SessionError) {
    var isPayloadUnexpected = false
    switch consume step {
    case .m1:
      guard let wire = Wire(m1: body) else { throw .unknownWire }
      self.wire = wire
      outbox = Outbox(wire: wire, budget: bounds.sendBudget, encoding: encoding)
      let state = ResponderAwaitingM1(transcript: wire.transcript, ephemeral: takeEphemeral(&random))
      let payload = wire == .two ? hello.encoded() : []
      let m1 = try wire.unwrapHandshake(body)
      var message: [UInt8] = []
      do throws(NoiseError) {
        phase = .awaiting(
          .m3(try state.receive(m1, payload: payload, staticKey: staticKey, message: &message)))
      } catch { throw .peerFailedHandshake }
      sendHandshake(message)
    case .m2(let state):
      if let sentM1 { handshakeRoundTrip = now - sentM1 }
      let m2 = try wire.unwrapHandshake(body)
      do throws(NoiseError) {
        let proved = try state.receive(m2, staticKey: staticKey)
        remote = proved.remoteStatic
        isPayloadUnexpected = wire == .one && !proved.payload.isEmpty
        phase = .proved(.responder(proved))
      } catch { throw .peerFailedHandshake }
    case .m3(let state):
      let m3 = try wire.unwrapHandshake(body)
      do throws(NoiseError) {
        let channel = try state.receive(m3, deriving: probeLabel(hello))
        remote = channel.remoteStatic
        isPayloadUnexpected = wire == .one && !channel.payload.isEmpty
        phase = .proved(.initiator(channel))
      } catch { throw .peerFailedHandshake }
    }
    if isPayloadUnexpected { throw .peerFailedHandshake }
  }

  private func takeEphemeral(_ random: inout RandomStream) -> KeyPair {
    var taken: KeyPair?
    swap(&taken, &ephemeral)
    return taken ?? KeyPair.generate(from: &random)
  }

  private func takePhase() -> Phase {
    var taken = Phase.none
    swap(&taken, &phase)
    return taken
  }

  // MARK: Output

  /// Sends an envelope, or queues it behind a slow peer.
  ///
  /// - Returns: false when it is larger than an envelope may be.
  func send(_ envelope: Envelope) throws(SessionError) -> Bool {
    guard channel != nil else { return true }
    return try outbox.append(envelope, &channel!.sender)
  }

  func sendPing(_ nonce: [UInt8], now: Instant) throws(SessionError) {
    trim()
    pinged = (nonce, now)
    _ = try send(.ping(nonce: nonce))
  }

  private func measure(_ pong: [UInt8], now: Instant) {
    guard let pinged, pinged.nonce == pong else { return }
    liveness?.handleAnswer(after: now - pinged.at)
    self.pinged = nil
  }

  func drained() throws(SessionError) {
    guard channel != nil else {
      outbox.unblock()
      return
    }
    try outbox.drained(&channel!.sender)
  }

  func reuse(_ buffer: consuming [UInt8]) { outbox.reuse(buffer, upTo: bounds.keptBuffer) }

  /// Pings are the sign of an idle connection, which keeps no large buffers.
  private func trim() {
    reader.trim()
    inbox.trim()
    outbox.trim()
  }

  /// The bytes to write next.
  func takeOutput() -> [UInt8]? { outbox.take() }

  /// The bytes to write before a close. Where the wire has a word for the reason, it is the last of them.
  func takeLastOutput(saying reason: ByeReason?) -> [UInt8]? {
    if channel != nil {
      let bye = wire == .two ? reason : nil
      // A cipher that is used up says nothing more; what is sealed already still goes.
      try? outbox.finish(saying: bye.map { .bye($0) }, &channel!.sender)
    }
    return outbox.takeLast()
  }

  private func sendHandshake(_ message: [UInt8]) {
    let wire = self.wire
    outbox.appendRaw { wire.appendHandshake(message, to: &$0) }
  }

  /// Ends it: keys are wiped, nothing is read or sealed any more.
  func close() {
    isClosed = true
    phase = .none
    channel = nil
    liveness = nil
    probes = nil
    reader = FrameReader()
  }

  // MARK: Time

  /// When the watch over the peer wants something done.
  var livenessDeadline: Instant { liveness?.deadline ?? .distantFuture }

  /// What the watch over the peer wants done now; nil when nothing more.
  func nextLivenessOutput(now: Instant, random: inout RandomStream) -> Liveness.Output? {
    liveness?.timeout(now: now, random: &random)
    return liveness?.nextOutput()
  }

  // MARK: Probes

  /// A question beside the stream and where it goes.
  func sealProbe(_ number: UInt64) -> (datagram: [UInt8], to: Endpoint)? {
    guard probes != nil else { return nil }
    let message = ProbeChannel.Message(kind: .challenge, number: number, received: receivedBytes)
    return (probes!.seal(message), endpoint.with(port: probes!.port))
  }

  /// A datagram for this session has come.
  ///
  /// - Returns: the echo that it wants, if it wants one.
  func receiveProbe(_ datagram: [UInt8], from source: Endpoint, now: Instant) -> [UInt8]? {
    // Only ever to and from the other end of the connection itself.
    guard source.with(port: 0) == endpoint.with(port: 0), let message = probes?.open(datagram) else { return nil }
    probes?.port = source.port
    switch message.kind {
    case .echo:
      liveness?.handleEcho(message.number, received: message.received, now: now)
      return nil
    case .challenge:
      guard probes?.mayEcho(now: now) ?? false else { return nil }
      return probes?.seal(.init(kind: .echo, number: message.number, received: receivedBytes))
    }
  }
}
