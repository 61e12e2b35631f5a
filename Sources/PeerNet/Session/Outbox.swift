import ETF
import Noise

/// Seals envelopes in order, control ones first, into the bytes that the transport takes next.
///
/// At most `budget` sealed bytes wait at once; what is behind them waits as plaintext, so that a ping overtakes a
/// large envelope between two of its chunks and never sits behind a slow peer's backlog.
struct Outbox {
  /// Sealed frames, ready for the transport.
  private(set) var sealed: [UInt8] = []
  /// Plaintext bytes that wait, with what it costs to keep them.
  private(set) var queuedBytes = 0
  /// What a waiting envelope costs besides its bytes.
  private static let overhead = 64
  private static let maximumControl = 256

  /// Envelopes taken in so far that are no control ones; they leave in this order.
  private(set) var accepted: UInt64 = 0
  /// How many of them were begun to be sealed, and how many the transport has begun to be given.
  private var begun: UInt64 = 0
  private(set) var handedOver: UInt64 = 0

  private let wire: Wire
  private let budget: Int
  private let encoding: EncodingOptions
  private var control: [[UInt8]] = []
  private var queue: [[UInt8]] = []
  private var head = 0
  /// How much of `queue[head]` has been sealed as chunks.
  private var offset = 0
  /// The bytes that were given to the transport and that the kernel has not taken yet; nil when there are none.
  private var underWay: Int?

  init(wire: Wire, budget: Int, encoding: EncodingOptions = .init()) {
    self.wire = wire
    self.budget = budget
    self.encoding = encoding
  }

  private var isBlocked: Bool { underWay != nil }
  /// The bytes that wait until the transport has passed on what it was given.
  var owedBytes: Int { sealed.count + queuedBytes }
  /// How many bytes in all the kernel has not taken yet.
  var heldBytes: Int { owedBytes + (underWay ?? 0) }

  var isEmpty: Bool { sealed.isEmpty && head == queue.count && control.isEmpty }

  /// Whether so many pongs wait that the peer pings without reading.
  var isFloodedWithControl: Bool { control.count > Self.maximumControl }

  /// Appends handshake bytes, which are not sealed.
  mutating func appendRaw(_ write: (inout [UInt8]) -> Void) {
    let start = Frame.begin(&sealed)
    write(&sealed)
    Frame.finish(&sealed, from: start)
  }

  /// Everything that is ready, for one write. Until `drained` nothing more becomes ready.
  mutating func take() -> [UInt8]? {
    guard !isBlocked, !sealed.isEmpty else { return nil }
    underWay = sealed.count
    handedOver = begun
    let bytes = sealed
    sealed = []
    return bytes
  }

  /// The transport has taken all that `take` gave it.
  mutating func drained(_ sender: inout CipherState) throws(SessionError) {
    underWay = nil
    try fill(&sender)
  }

  /// The same, while the handshake still runs and nothing can be sealed.
  mutating func unblock() { underWay = nil }

  /// Takes an array of `take` back, to fill it again.
  mutating func reuse(_ buffer: consuming [UInt8], upTo kept: Int = .max) {
    guard sealed.capacity == 0, buffer.capacity <= kept else { return }
    buffer.removeAll(keepingCapacity: true)
    sealed = buffer
  }

  /// Gives a large buffer back, unless something waits in it.
  mutating func trim() { sealed.trimIfEmpty() }

  /// Seals what waits, as far as the budget goes and although the transport still has bytes, and `bye` behind it: before
  /// a close, nothing else will follow.
  mutating func finish(saying bye: Envelope?, _ sender: inout CipherState) throws(SessionError) {
    try fill(&sender)
    if let bye { try seal(bye.encoded(options: encoding)[...], flag: .control, &sender) }
  }

  /// What is sealed, for the last write.
  mutating func takeLast() -> [UInt8]? {
    underWay = nil
    return take()
  }

  /// Seals an envelope now or queues it.
  ///
  /// - Returns: false when it is larger than an envelope may be; nothing is sent then.
  mutating func append(_ envelope: Envelope, _ sender: inout CipherState) throws(SessionError) -> Bool {
    let isControl = envelope.isControl
    let estimate = envelope.encodedByteCountEstimate
    guard !isBlocked, head == queue.count, control.isEmpty, sealed.count < budget,
      estimate <= (wire == .two ? WireFormat.maximumChunk : WireFormat.maximumEnvelope)
    else {
      return try enqueue(envelope.encoded(options: encoding), isControl: isControl, &sender)
    }
    // The common case: encoded and sealed in place, no copy.
    reserve(estimate)
    let start = Frame.begin(&sealed)
    if wire == .two { sealed.append((isControl ? WireFormat.Flag.control : .last).rawValue) }
    let body = sealed.count
    envelope.encode(into: &sealed, options: encoding)
    let length = sealed.count - body
    if length > (wire == .two ? WireFormat.maximumChunk : WireFormat.maximumEnvelope) {
      let plaintext = Array(sealed[body...])
      sealed.removeSubrange(start...)
      return try enqueue(plaintext, isControl: isControl, &sender)
    }
    try seal(from: start, &sender)
    if !isControl {
      accepted += 1
      begun += 1
    }
    return true
  }

  private mutating func enqueue(_ plaintext: [UInt8], isControl: Bool, _ sender: inout CipherState)
    throws(SessionError) -> Bool
  {
    guard plaintext.count <= WireFormat.maximumEnvelope else { return false }
    if isControl {
      control.append(plaintext)
    } else {
      queue.append(plaintext)
      accepted += 1
    }
    queuedBytes += plaintext.count + Self.overhead
    if !isBlocked { try fill(&sender) }
    return true
  }

  private mutating func fill(_ sender: inout CipherState) throws(SessionError) {
    while sealed.count < budget {
      if !control.isEmpty {
        let plaintext = control.removeFirst()
        queuedBytes -= plaintext.count + Self.overhead
        try seal(plaintext[...], flag: .control, &sender)
      } else if head < queue.count {
        try fillFromQueue(&sender)
      } else {
        break
      }
    }
  }

  private mutating func fillFromQueue(_ sender: inout CipherState) throws(SessionError) {
    if offset == 0 { begun += 1 }
    let rest = queue[head][offset...]
    let isWhole = wire == .one || rest.count <= WireFormat.maximumChunk
    let part = isWhole ? rest : rest.prefix(WireFormat.maximumChunk)
    try seal(part, flag: isWhole ? .last : .more, &sender)
    offset += part.count
    guard isWhole else { return }
    queuedBytes -= queue[head].count + Self.overhead
    queue[head] = []
    head += 1
    offset = 0
    if head == queue.count {
      queue.removeAll(keepingCapacity: head <= 64)
      head = 0
    } else if head >= 64 {
      queue.removeSubrange(0..<head)
      head = 0
    }
  }

  private mutating func seal(
    _ plaintext: ArraySlice<UInt8>, flag: WireFormat.Flag, _ sender: inout CipherState
  ) throws(SessionError) {
    reserve(plaintext.count)
    let start = Frame.begin(&sealed)
    if wire == .two { sealed.append(flag.rawValue) }
    sealed.append(contentsOf: plaintext)
    try seal(from: start, &sender)
  }

  /// Sees that a message of about that size fits without moving it later. Grows as an array does by itself.
  private mutating func reserve(_ plaintext: Int) {
    let needed = sealed.count + plaintext + WireFormat.header + 1 + WireFormat.tag
    if needed > sealed.capacity { sealed.reserveCapacity(max(needed, 2 * sealed.capacity)) }
  }

  private mutating func seal(from start: Int, _ sender: inout CipherState) throws(SessionError) {
    do { try sender.seal(&sealed, from: start + WireFormat.header) } catch { throw .weFailed }
    Frame.finish(&sealed, from: start)
  }
}
