import ETF

// The envelope as a tagged tuple in External Term Format (Protocol, Envelopes). Written and read piece by piece: of the
// tuple itself no term is built.
extension Envelope {
  fileprivate static let callTag: Atom = "call"
  fileprivate static let replyTag: Atom = "reply"
  fileprivate static let sendTag: Atom = "send"
  fileprivate static let pingTag: Atom = "ping"
  fileprivate static let pongTag: Atom = "pong"
  fileprivate static let byeTag: Atom = "bye"
  fileprivate static let okTag: Atom = "ok"
  fileprivate static let errorTag: Atom = "error"

  /// About how many bytes `encode` will write.
  var encodedByteCountEstimate: Int {
    switch self {
    case .call(_, let name, let arguments): 24 + name.bytes.count + arguments.encodedByteCountEstimate
    case .reply(_, .ok(let value)), .reply(_, .error(let value)): 32 + value.encodedByteCountEstimate
    case .send(let name, let arguments): 16 + name.bytes.count + arguments.encodedByteCountEstimate
    case .ping(let nonce), .pong(let nonce): 16 + nonce.count
    case .bye: 32
    }
  }

  /// Appends the envelope, version byte included.
  func encode(into output: inout [UInt8], options: EncodingOptions = .init()) {
    let encoder = ETFEncoder(options: options)
    encoder.appendVersion(to: &output)
    switch self {
    case .call(let id, let name, let arguments):
      encoder.append(tupleOf: 4, to: &output)
      encoder.append(Self.callTag, to: &output)
      encoder.append(unsigned: id, to: &output)
      encoder.append(name, to: &output)
      encoder.append(arguments, to: &output)
    case .reply(let id, let reply):
      encoder.append(tupleOf: 3, to: &output)
      encoder.append(Self.replyTag, to: &output)
      encoder.append(unsigned: id, to: &output)
      encoder.append(tupleOf: 2, to: &output)
      switch reply {
      case .ok(let value):
        encoder.append(Self.okTag, to: &output)
        encoder.append(value, to: &output)
      case .error(let reason):
        encoder.append(Self.errorTag, to: &output)
        encoder.append(reason, to: &output)
      }
    case .send(let name, let arguments):
      encoder.append(tupleOf: 3, to: &output)
      encoder.append(Self.sendTag, to: &output)
      encoder.append(name, to: &output)
      encoder.append(arguments, to: &output)
    case .ping(let nonce):
      encoder.append(tupleOf: 2, to: &output)
      encoder.append(Self.pingTag, to: &output)
      encoder.append(binary: nonce, to: &output)
    case .pong(let nonce):
      encoder.append(tupleOf: 2, to: &output)
      encoder.append(Self.pongTag, to: &output)
      encoder.append(binary: nonce, to: &output)
    case .bye(let reason):
      encoder.append(tupleOf: 2, to: &output)
      encoder.append(Self.byeTag, to: &output)
      encoder.append(binary: Array(reason.text.utf8), to: &output)
    }
  }

  /// The same as bytes of their own.
  func encoded(options: EncodingOptions = .init()) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(encodedByteCountEstimate)
    encode(into: &output, options: options)
    return output
  }

  /// Reads the one envelope that `input` holds.
  ///
  /// - Returns: nil for a term of any other shape, which closes the connection just as bytes that are no term.
  init?(decoding input: Span<UInt8>, wire: Wire) throws(ETFDecodingError) {
    guard let incoming = try Incoming(decoding: input, byteCount: input.count, wire: wire, maximum: { _ in .max })
    else { return nil }
    self = incoming.envelope
  }
}

extension Incoming {
  /// Reads the envelope of `byteCount` bytes that `input` holds, or begins with: what stands behind the head of a request
  /// that nobody would take was dropped. `maximum` tells how many bytes of arguments are taken under a name; small ones
  /// are taken unasked.
  ///
  /// - Returns: nil for a term of any other shape, which closes the connection just as bytes that are no term.
  init?(
    decoding input: Span<UInt8>, byteCount: Int, wire: Wire, maximum: (_ name: [UInt8]) -> Int
  ) throws(ETFDecodingError) {
    let dropped = byteCount - input.count
    var decoder = try ETFDecoder(input)
    var argumentCount = 0
    var isCut = false
    guard let count = try decoder.enterTuple(input), let tag = try decoder.asciiAtom(input) else { return nil }
    if count == 4 && input.spells(Envelope.callTag, tag) {
      guard let id = try decoder.term(input).uint64, id != 0, case .atom(let name) = try decoder.term(input) else {
        return nil
      }
      argumentCount = decoder.remaining(input) + dropped
      isCut = dropped > 0 || argumentCount > Self.smallArguments && argumentCount > maximum(name.bytes)
      envelope = .call(id: id, name: name, arguments: isCut ? [] : try decoder.term(input))
    } else if count == 3 && input.spells(Envelope.replyTag, tag) {
      guard let id = try decoder.term(input).uint64, id != 0, try decoder.enterTuple(input) == 2,
        let outcome = try decoder.asciiAtom(input)
      else { return nil }
      if input.spells(Envelope.okTag, outcome) {
        envelope = .reply(id: id, .ok(try decoder.term(input)))
      } else if input.spells(Envelope.errorTag, outcome) {
        envelope = .reply(id: id, .error(try decoder.term(input)))
      } else {
        return nil
      }
    } else if count == 3 && input.spells(Envelope.sendTag, tag) {
      guard case .atom(let name) = try decoder.term(input) else { return nil }
      argumentCount = decoder.remaining(input) + dropped
      isCut = dropped > 0 || argumentCount > Self.smallArguments && argumentCount > maximum(name.bytes)
      envelope = .send(name: name, arguments: isCut ? [] : try decoder.term(input))
    } else if count == 2 && (input.spells(Envelope.pingTag, tag) || input.spells(Envelope.pongTag, tag)) {
      guard case .binary(let nonce) = try decoder.term(input), nonce.count <= WireFormat.maximumNonce else {
        return nil
      }
      envelope = input.spells(Envelope.pingTag, tag) ? .ping(nonce: nonce) : .pong(nonce: nonce)
    } else if count == 2 && wire == .two && input.spells(Envelope.byeTag, tag) {
      guard case .binary(let reason) = try decoder.term(input) else { return nil }
      envelope = .bye(ByeReason(reason))
    } else {
      return nil
    }
    self.byteCount = byteCount
    self.argumentCount = argumentCount
    self.isCut = isCut
    guard !isCut else { return }
    // Only a request may be dropped in part.
    guard dropped == 0 else { return nil }
    try decoder.finish(input)
  }
}

extension Span<UInt8> {
  /// Whether an atom's name stands there.
  fileprivate func spells(_ atom: Atom, _ range: Range<Int>) -> Bool {
    guard range.count == atom.bytes.count else { return false }
    for (index, byte) in zip(range, atom.bytes) where self[index] != byte { return false }
    return true
  }
}
