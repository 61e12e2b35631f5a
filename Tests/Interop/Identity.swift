import Sodium

/// A fresh key pair of a test's own, which can be handed around.
struct Identity: Sendable {
  private let seed: [UInt8]

  init() {
    var random = RandomStream.system()
    seed = random.bytes(32)
  }

  var keyPair: KeyPair {
    var random = RandomStream(seed: seed)
    return KeyPair.generate(from: &random)
  }

  var key: PublicKey { keyPair.publicKey }
  var privateKey: [UInt8] { keyPair.withPrivateKey { [UInt8]($0) } }
}
