import Sodium

/// The identity on disk, 71 bytes: `"PNID" 02 | 32 | public key | 32 | private key` (Protocol, Keys).
public enum KeyFile {
  /// 71
  public static var byteCount: Int { 71 }

  private static var magic: [UInt8] { [0x50, 0x4e, 0x49, 0x44] }  // "PNID"
  private static var version: UInt8 { 2 }
  private static var signingKeysVersion: UInt8 { 1 }
  private static var header: [UInt8] { magic + [version] }

  /// The bytes to write, which the caller wipes when they are written.
  public static func encode(_ keyPair: borrowing KeyPair) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)  // One allocation: growing would leave copies of the key behind.
    bytes.append(contentsOf: header)
    bytes.append(UInt8(PublicKey.byteCount))
    keyPair.publicKey.withUnsafeBytes { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(SecretKey.byteCount))
    keyPair.withPrivateKey { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// The key pair of a file, which the caller wipes. The public half is computed again and must match: a file whose
  /// halves differ would announce a key that nobody can prove.
  public static func decode(_ bytes: [UInt8]) throws(KeyFileFault) -> KeyPair {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.starts(with: magic), bytes.count > magic.count else { throw .notAKeyFile }
    switch bytes[magic.count] {
    case version: break
    case signingKeysVersion: throw .signingKeys
    case let other: throw .unknownVersion(other)
    }
    guard bytes.count == byteCount else { throw .wrongSize(bytes.count) }
    let publicStart = header.count + 1
    let privateStart = publicStart + PublicKey.byteCount + 1
    guard bytes[publicStart - 1] == 32, bytes[privateStart - 1] == 32 else { throw .wrongKeySize }
    var privateKey = Array(bytes[privateStart...])
    defer { wipe(&privateKey) }
    guard let secret = SecretKey(privateKey) else { throw .wrongKeySize }
    let keyPair = KeyPair(privateKey: secret)
    guard keyPair.publicKey.bytes.elementsEqual(bytes[publicStart..<privateStart - 1]) else {
      throw .mismatchedHalves
    }
    return keyPair
  }
}

/// Why a key file was refused. It never holds bytes of the file.
public enum KeyFileFault: Error, Hashable, Sendable {
  /// Nothing is in it: a write was cut short before our time. The identity is gone.
  case empty
  /// It does not begin with `PNID`.
  case notAKeyFile
  /// Version 1 held Ed25519 signing keys, which cannot serve as X25519 keys.
  case signingKeys
  /// Of a later release: the format's version.
  case unknownVersion(UInt8)
  /// The file's size in bytes, which is not 71.
  case wrongSize(Int)
  /// A length inside the file is not 32.
  case wrongKeySize
  /// The public key is not the private key's.
  case mismatchedHalves
}
