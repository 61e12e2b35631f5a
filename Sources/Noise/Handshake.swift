import Sodium

/// The XX pattern's three messages, each as its sender writes and as its receiver reads it. The public types around
/// it let each be used at its time only.
///
///     M1  -> e
///     M2  <- e, ee, s, es
///     M3  -> s, se
struct Handshake: ~Copyable {
  var symmetric: SymmetricState
  private let ephemeral: KeyPair
  private let allowsPayload: Bool

  /// The specification's bound for a message.
  private static var messageByteLimit: Int { 65_535 }
  private static var sealedKeyByteCount: Int { PublicKey.byteCount + CipherState.tagByteCount }

  init(_ transcript: Transcript, ephemeral: consuming KeyPair) {
    symmetric = SymmetricState(transcript)
    switch transcript {
    case .peerNet1: allowsPayload = false
    case .standard: allowsPayload = true
    }
    self.ephemeral = ephemeral
  }

  // MARK: M1

  mutating func writeM1(payload: [UInt8], to message: inout [UInt8]) {
    precondition(payload.isEmpty || allowsPayload)
    precondition(payload.count <= Self.messageByteLimit - PublicKey.byteCount)
    writeEphemeral(to: &message)
    message.append(contentsOf: payload)
    // Nothing is encrypted yet, so the payload is only hashed, and in PeerNet/1 not even that.
    if allowsPayload { payload.withUnsafeBytes { symmetric.mixHash($0) } }
  }

  mutating func readM1(_ message: [UInt8]) throws(NoiseError) -> (remoteEphemeral: PublicKey, payload: [UInt8]) {
    try check(message, minimum: PublicKey.byteCount)
    let remoteEphemeral = readEphemeral(message)
    let payload = [UInt8](message[PublicKey.byteCount...])
    if allowsPayload { payload.withUnsafeBytes { symmetric.mixHash($0) } }
    return (remoteEphemeral, payload)
  }

  // MARK: M2

  mutating func writeM2(
    payload: [UInt8], remoteEphemeral: PublicKey, staticKey: borrowing KeyPair, to message: inout [UInt8]
  ) throws(NoiseError) {
    precondition(payload.isEmpty || allowsPayload)
    precondition(
      payload.count
        <= Self.messageByteLimit - PublicKey.byteCount - Self.sealedKeyByteCount - CipherState.tagByteCount)
    writeEphemeral(to: &message)
    try symmetric.mixKey(ephemeral, remoteEphemeral)
    try write(staticKey.publicKey.bytes, to: &message)
    try symmetric.mixKey(staticKey, remoteEphemeral)
    try write(payload, to: &message)
  }

  mutating func readM2(
    _ message: [UInt8]
  ) throws(NoiseError) -> (remoteEphemeral: PublicKey, remoteStatic: PublicKey, payload: [UInt8]) {
    try check(message, minimum: PublicKey.byteCount + Self.sealedKeyByteCount + CipherState.tagByteCount)
    let remoteEphemeral = readEphemeral(message)
    try symmetric.mixKey(ephemeral, remoteEphemeral)
    var message = message
    let remoteStatic = try readStatic(&message, at: PublicKey.byteCount)
    try symmetric.mixKey(ephemeral, remoteStatic)
    let payload = try read(&message, from: PublicKey.byteCount + Self.sealedKeyByteCount)
    return (remoteEphemeral, remoteStatic, payload)
  }

  // MARK: M3

  mutating func writeM3(
    payload: [UInt8], remoteEphemeral: PublicKey, staticKey: borrowing KeyPair, to message: inout [UInt8]
  ) throws(NoiseError) {
    precondition(payload.isEmpty || allowsPayload)
    precondition(payload.count <= Self.messageByteLimit - Self.sealedKeyByteCount - CipherState.tagByteCount)
    try write(staticKey.publicKey.bytes, to: &message)
    try symmetric.mixKey(staticKey, remoteEphemeral)
    try write(payload, to: &message)
  }

  mutating func readM3(_ message: [UInt8]) throws(NoiseError) -> (remoteStatic: PublicKey, payload: [UInt8]) {
    try check(message, minimum: Self.sealedKeyByteCount + CipherState.tagByteCount)
    var message = message
    let remoteStatic = try readStatic(&message, at: 0)
    try symmetric.mixKey(ephemeral, remoteStatic)
    let payload = try read(&message, from: Self.sealedKeyByteCount)
    return (remoteStatic, payload)
  }

  consuming func split(as side: SymmetricState.Side, deriving label: [UInt8]) -> SymmetricState.Split {
    symmetric.split(as: side, deriving: label)
  }

  // MARK: Parts of a message

  private func check(_ message: [UInt8], minimum: Int) throws(NoiseError) {
    guard message.count == minimum || allowsPayload && (minimum...Self.messageByteLimit).contains(message.count)
    else { throw .peerSentMalformedMessage }
  }

  private mutating func writeEphemeral(to message: inout [UInt8]) {
    message.append(contentsOf: ephemeral.publicKey.bytes)
    symmetric.mixHash(ephemeral.publicKey)
  }

  private mutating func readEphemeral(_ message: [UInt8]) -> PublicKey {
    let key = Self.publicKey(message, at: 0)
    symmetric.mixHash(key)
    return key
  }

  private mutating func readStatic(_ message: inout [UInt8], at start: Int) throws(NoiseError) -> PublicKey {
    let plaintext = try symmetric.decryptAndHash(&message, range: start..<start + Self.sealedKeyByteCount)
    return Self.publicKey(message, at: plaintext.lowerBound)
  }

  private mutating func write(_ plaintext: [UInt8], to message: inout [UInt8]) throws(NoiseError) {
    let start = message.count
    message.append(contentsOf: plaintext)
    try symmetric.encryptAndHash(&message, from: start)
  }

  private mutating func read(_ message: inout [UInt8], from start: Int) throws(NoiseError) -> [UInt8] {
    [UInt8](message[try symmetric.decryptAndHash(&message, range: start..<message.count)])
  }

  private static func publicKey(_ message: [UInt8], at start: Int) -> PublicKey {
    message.withUnsafeBytes {
      PublicKey(UnsafeRawBufferPointer(rebasing: $0[start..<start + PublicKey.byteCount]))!
    }
  }
}
