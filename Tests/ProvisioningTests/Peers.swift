import PeerNet
import Sodium

/// Keys that are the same in every run, and a list with forty of them.
enum Peers {
  static func key(_ index: UInt8) -> PublicKey {
    var stream = RandomStream(seed: [UInt8](repeating: index, count: 32))
    return KeyPair.generate(from: &stream).publicKey
  }

  static func list() throws -> TrustList {
    var list = TrustList()
    for index in 1...40 as ClosedRange<UInt8> {
      try list.add(TrustEntry(key: key(index), label: Array("board\(index)".utf8)))
    }
    return list
  }
}
