import CSodium
import Noise
import Sodium

/// The handshake beside its key agreements, and the channel beside libsodium.
enum CryptoBench {
  static func run(_ report: inout Report, isQuick: Bool) throws {
    try handshake(report, "handshake CPU / its 8 X25519, PeerNet/1", .peerNet1, isQuick)
    try handshake(
      report, "handshake CPU / its 8 X25519, PeerNet/2", .standard(prologue: Array("PeerNet/2".utf8)), isQuick)
    var random = RandomStream.system()
    try both(.peerNet1, .generate(from: &random), .generate(from: &random), &random) { initiator, responder in
      for size in [64, 1_024, 65_000] { try channel(report, size, &initiator, &responder, isQuick) }
    }
  }

  private static func handshake(_ report: Report, _ name: String, _ transcript: Transcript, _ isQuick: Bool) throws {
    var random = RandomStream.system()
    let initiator = KeyPair.generate(from: &random)
    let responder = KeyPair.generate(from: &random)
    let batch = 10
    let samples = try interleaved(
      isQuick ? 10 : 200,
      {
        try elapsed(cpu: true) {
          for _ in 0..<batch { try both(transcript, initiator, responder, &random) { _, _ in } }
        } / Double(batch)
      },
      { elapsed(cpu: true) { for _ in 0..<batch { eightX25519() } } / Double(batch) })
    report.ratio(name, samples.first.median / 1e3, to: samples.second.median / 1e3, "us", .atMost(1.2))
  }

  private static func both(
    _ transcript: Transcript, _ initiator: borrowing KeyPair, _ responder: borrowing KeyPair,
    _ random: inout RandomStream, _ use: (_ initiator: inout Channel, _ responder: inout Channel) throws -> Void
  ) throws {
    var m1: [UInt8] = []
    var m2: [UInt8] = []
    var m3: [UInt8] = []
    let dialler = InitiatorAwaitingM2(transcript: transcript, ephemeral: .generate(from: &random), message: &m1)
    let listener = ResponderAwaitingM1(transcript: transcript, ephemeral: .generate(from: &random))
    let awaiting = try listener.receive(m1, staticKey: responder, message: &m2)
    let proved = try dialler.receive(m2, staticKey: initiator)
    var first = try proved.finish(staticKey: initiator, message: &m3)
    var second = try awaiting.receive(m3)
    try use(&first, &second)
  }

  /// Two fresh keys, and ee, es and se on both sides.
  private static func eightX25519() {
    var secret = [UInt8](repeating: 0, count: 32)
    var point = [UInt8](repeating: 0, count: 32)
    secret[0] = 8
    for _ in 0..<2 { _ = crypto_scalarmult_curve25519_base(&point, secret) }
    let scalar = [UInt8](repeating: 7, count: 32)
    for _ in 0..<6 { _ = crypto_scalarmult_curve25519(&secret, scalar, point) }
  }

  private static func channel(
    _ report: Report, _ size: Int, _ initiator: inout Channel, _ responder: inout Channel, _ isQuick: Bool
  ) throws {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(size + 16)
    let key = [UInt8](repeating: 1, count: 32)
    let nonce = [UInt8](repeating: 2, count: 12)
    var raw = [UInt8](repeating: 3, count: size + 16)
    let batch = max(2_000_000 / (size + 200), 1)
    let samples = try interleaved(
      isQuick ? 5 : 100,
      {
        try elapsed(cpu: true) {
          for _ in 0..<batch {
            buffer.removeAll(keepingCapacity: true)
            buffer.append(contentsOf: repeatElement(3, count: size))
            try initiator.sender.seal(&buffer, from: 0)
            _ = try responder.receiver.open(&buffer, range: 0..<size + 16)
          }
        } / Double(batch)
      },
      {
        elapsed(cpu: true) {
          for _ in 0..<batch {
            var length: UInt64 = 0
            raw.withUnsafeMutableBufferPointer {
              _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                $0.baseAddress!, &length, $0.baseAddress!, UInt64(size), nil, 0, nil, nonce, key)
              _ = crypto_aead_chacha20poly1305_ietf_decrypt(
                $0.baseAddress!, &length, nil, $0.baseAddress!, UInt64(size + 16), nil, 0, nonce, key)
            }
          }
        } / Double(batch)
      })
    // A message is worked on twice, sealed and opened.
    report.ratio(
      "seal and open, \(size) B", 2e3 * Double(size) / samples.first.median,
      to: 2e3 * Double(size) / samples.second.median, "MB/s", .none)
  }
}
