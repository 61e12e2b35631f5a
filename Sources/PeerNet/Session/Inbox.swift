import ETF

/// Reads envelopes out of transport messages that were opened, and puts PeerNet/2's chunks together to them.
struct Inbox {
  private let wire: Wire
  /// How many bytes of an envelope are assembled from its parts. Of a larger envelope only the head is kept.
  private let limit: Int
  private let kept: Int
  private var assembly: [UInt8] = []
  /// How many bytes of the present envelope were not kept.
  private var dropped = 0

  /// A buffer of at most `kept` bytes is kept for the next envelope.
  init(wire: Wire, limit: Int = WireFormat.maximumEnvelope, kept: Int = .max) {
    self.wire = wire
    self.limit = limit
    self.kept = kept
  }

  /// How many bytes wait for the rest of their envelope.
  var heldBytes: Int { assembly.count }

  /// Takes the plaintext of a message, which stands there in `buffer`.
  ///
  /// - Returns: the envelope it completes, or nil when more chunks must follow.
  mutating func receive(
    _ buffer: [UInt8], _ plaintext: Range<Int>, maximum: (_ name: [UInt8]) -> Int = { _ in .max }
  ) throws(SessionError) -> Incoming? {
    guard wire == .two else { return try decode(buffer.span.extracting(plaintext), maximum) }
    guard !plaintext.isEmpty, let flag = WireFormat.Flag(rawValue: buffer[plaintext.lowerBound]) else {
      throw .peerSentBadEnvelope
    }
    let body = plaintext.dropFirst()
    switch flag {
    case .control:
      let incoming = try decode(buffer.span.extracting(body), maximum)
      guard incoming.envelope.isControl else { throw .peerSentBadEnvelope }
      return incoming
    case .last where assembly.isEmpty:
      return try decode(buffer.span.extracting(body), maximum)
    case .last, .more:
      // An empty chunk that promises more would be work without progress.
      guard !body.isEmpty, dropped + assembly.count + body.count <= WireFormat.maximumEnvelope else {
        throw .peerSentBadEnvelope
      }
      keep(buffer[body])
      if flag == .more { return nil }
      let incoming = try decode(assembly.span, dropped: dropped, maximum)
      assembly.removeAll(keepingCapacity: assembly.capacity <= kept)
      dropped = 0
      return incoming
    }
  }

  private mutating func keep(_ body: ArraySlice<UInt8>) {
    if dropped == 0 { assembly.append(contentsOf: body) } else { dropped += body.count }
    guard assembly.count > max(limit, Incoming.headCount) else { return }
    dropped += assembly.count - Incoming.headCount
    assembly = Array(assembly.prefix(Incoming.headCount))
  }

  /// Gives a large buffer back, unless something waits in it.
  mutating func trim() { assembly.trimIfEmpty() }

  private func decode(
    _ plaintext: Span<UInt8>, dropped: Int = 0, _ maximum: (_ name: [UInt8]) -> Int
  ) throws(SessionError) -> Incoming {
    let incoming: Incoming?
    do {
      incoming = try Incoming(decoding: plaintext, byteCount: plaintext.count + dropped, wire: wire, maximum: maximum)
    } catch { throw .peerSentBadEnvelope }
    guard let incoming else { throw .peerSentBadEnvelope }
    return incoming
  }
}
