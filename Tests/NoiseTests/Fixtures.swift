import Sodium
import Testing
import Vectors

/// A recorded key pair; its public half must be what the private one gives.
func keyPair(_ recorded: Vector) throws -> KeyPair {
  let pair = try keyPair(privateKey: recorded.bytes("private"))
  #expect(pair.publicKey.bytes == recorded.bytes("public"))
  return pair
}

func keyPair(privateKey: [UInt8]) throws -> KeyPair {
  let isKey = privateKey.count == SecretKey.byteCount
  try #require(isKey)
  return KeyPair(privateKey: SecretKey(privateKey)!)
}

func bytes(_ key: borrowing SecretKey) -> [UInt8] { key.withUnsafeBytes { [UInt8]($0) } }

extension Vector {
  /// A recorded PeerNet/1 handshake frame without its length and its ETF binary's header.
  func body(_ name: String) -> [UInt8] { [UInt8](bytes(name)[10...]) }

  /// A recorded channel frame without its length.
  func sealed(_ name: String) -> [UInt8] { [UInt8](bytes(name)[4...]) }
}

/// The error that something throws, or nil.
func failure<Failure: Error>(_ body: () throws(Failure) -> Void) -> Failure? {
  do throws(Failure) {
    try body()
    return nil
  } catch {
    return error
  }
}
