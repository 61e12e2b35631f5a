import ETF
import Noise

/// Opens transport messages and puts PeerNet/2's chunks together to envelopes.
struct Inbox {
  private let wire: Wire
  /// How many bytes of an envelope are assembled from its parts. Of a larger envelope only the head is kept.
  private let limit: Int
  private var assembly: [UInt8] = []
  /// How many bytes of the present envelope were not kept.
  private var dropped = 0

  init(wire: Wire, limit: Int = WireFormat.maximumEnvelope) {
    self.wire = wire
    self.limit = limit
  }

  /// How many bytes wait for the rest of their envelope.
  var heldBytes: Int { assembly.count }

  /// Opens the message that stands at `range` of `buffer`.
  ///
  /// - Returns: the envelope it completes, or nil when more chunks must follow.
  mutating func open(
    _ buffer: inout [UInt8], _ range: Range<Int>, _ receiver: inout CipherState,
    takes: (_ name: [UInt8], _ count: Int) -> Bool = { _, _ in true }
  ) throws(SessionError) -> Incoming? {
    let plaintext: Range<Int>
    do { plaintext = try receiver.open(&buffer, range: range) } catch { throw .peerSentForgedMessage }
    switch wire {
    case .one: return try decode(buffer.span.extracting(plaintext), takes)
    case .two: return try receiveChunk(buffer, plaintext, takes)
    }
  }

  private mutating func receiveChunk(
    _ buffer: [UInt8], _ plaintext: Range<Int>, _ takes: (_ name: [UInt8], _ count: Int) -> Bool
  ) throws(SessionError) -> Incoming? {
    guard !plaintext.isEmpty, let flag = WireFormat.Flag(rawValue: buffer[plaintext.lowerBound]) else {
      throw .peerSentBadEnvelope
    }
    let body = plaintext.dropFirst()
    switch flag {
    case .control:
      let incoming = try decode(buffer.span.extracting(body), takes)
      guard incoming.envelope.isControl else { throw .peerSentBadEnvelope }
      return incoming
    case .last where assembly.isEmpty:
      return try decode(buffer.span.extracting(body), takes)
    case .last, .more:
      // An empty chunk that promises more would be work without progress.
      guard !body.isEmpty, dropped + assembly.count + body.count <= WireFormat.maximumEnvelope else {
        throw .peerSentBadEnvelope
      }
      keep(buffer[body])
      if flag == .more { return nil }
      let incoming = try decode(assembly.span, dropped: dropped, takes)
      assembly.removeAll(keepingCapacity: true)
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
  mutating func trim(above kept: Int = 2_048) { assembly.trimIfEmpty(above: kept) }

  private func decode(
    _ plaintext: Span<UInt8>, dropped: Int = 0, _ takes: (_ name: [UInt8], _ count: Int) -> Bool
  ) throws(SessionError) -> Incoming {
    let incoming: Incoming?
    do {
      incoming = try Incoming(decoding: plaintext, byteCount: plaintext.count + dropped, wire: wire, takes: takes)
    } catch { throw .peerSentBadEnvelope }
    guard let incoming else { throw .peerSentBadEnvelope }
    return incoming
  }
}
