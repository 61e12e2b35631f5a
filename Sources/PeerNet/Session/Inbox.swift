import ETF
import Noise

/// Opens transport messages and puts PeerNet/2's chunks together to envelopes.
struct Inbox {
  private let wire: Wire
  private var assembly: [UInt8] = []

  init(wire: Wire) { self.wire = wire }

  /// Opens the message that stands at `range` of `buffer`.
  ///
  /// - Returns: the envelope it completes, or nil when more chunks must follow.
  mutating func open(_ buffer: inout [UInt8], _ range: Range<Int>, _ receiver: inout CipherState)
    throws(SessionError) -> Envelope?
  {
    let plaintext: Range<Int>
    do { plaintext = try receiver.open(&buffer, range: range) } catch { throw .peerSentForgedMessage }
    switch wire {
    case .one: return try decode(buffer.span.extracting(plaintext))
    case .two: return try receiveChunk(buffer, plaintext)
    }
  }

  private mutating func receiveChunk(_ buffer: [UInt8], _ plaintext: Range<Int>) throws(SessionError) -> Envelope? {
    guard let flag = plaintext.isEmpty ? nil : buffer[plaintext.lowerBound] else { throw .peerSentBadEnvelope }
    let body = plaintext.dropFirst()
    switch flag {
    case WireFormat.Flag.control:
      let envelope = try decode(buffer.span.extracting(body))
      guard envelope.isControl else { throw .peerSentBadEnvelope }
      return envelope
    case WireFormat.Flag.last where assembly.isEmpty:
      return try decode(buffer.span.extracting(body))
    case WireFormat.Flag.last, WireFormat.Flag.more:
      // An empty chunk that promises more would be work without progress.
      guard !body.isEmpty, assembly.count + body.count <= WireFormat.maximumEnvelope else {
        throw .peerSentBadEnvelope
      }
      assembly.append(contentsOf: buffer[body])
      if flag == WireFormat.Flag.more { return nil }
      let envelope = try decode(assembly.span)
      assembly.removeAll(keepingCapacity: true)
      return envelope
    default: throw .peerSentBadEnvelope
    }
  }

  /// Gives a large buffer back, unless something waits in it.
  mutating func trim() { assembly.trimIfEmpty() }

  private func decode(_ plaintext: Span<UInt8>) throws(SessionError) -> Envelope {
    let envelope: Envelope?
    do { envelope = try Envelope(decoding: plaintext, wire: wire) } catch { throw .peerSentBadEnvelope }
    guard let envelope else { throw .peerSentBadEnvelope }
    return envelope
  }
}
