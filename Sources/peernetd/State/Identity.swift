import Linux
import PeerNet
import Sodium

/// Who this board is: its key pair, from the key file or made for it.
struct Identity: ~Copyable {
  let keyPair: KeyPair
  /// Whether the key file was not there before.
  let isNew: Bool

  /// Loads the identity, or makes one on the first start. A file that cannot be understood is never replaced: the
  /// board would turn into a stranger to all its peers.
  static func loadOrCreate(_ paths: StatePaths) throws(StateError) -> Identity {
    let file = file(paths)
    if let keyPair = try load(paths) { return Identity(keyPair: keyPair, isNew: false) }
    var random = RandomStream.system()
    let keyPair = KeyPair.generate(from: &random)
    var bytes = KeyFile.encode(keyPair)
    defer { wipe(&bytes) }
    let isNew: Bool
    do throws(FileError) {
      try StateFolder.make(for: paths.key)
      let fresh = bytes
      isNew = try file.update { (present) throws(FileError) in present == nil ? fresh : nil }
    } catch {
      throw .unusable(path: paths.key, error)
    }
    if isNew { return Identity(keyPair: keyPair, isNew: true) }
    // Another process was first.
    guard let first = try load(paths) else {
      throw .unusable(path: paths.key, .system(Errno("open", .noSuchFile)))
    }
    return Identity(keyPair: first, isNew: false)
  }

  /// nil when there is no key file.
  static func load(_ paths: StatePaths) throws(StateError) -> KeyPair? {
    let file = file(paths)
    let present: [UInt8]?
    do throws(FileError) {
      present = try file.read()
    } catch {
      throw .unusable(path: file.path, error)
    }
    guard var bytes = present else { return nil }
    defer { wipe(&bytes) }
    do throws(KeyFileFault) {
      return try KeyFile.decode(bytes)
    } catch {
      throw .identity(path: file.path, error)
    }
  }

  private static func file(_ paths: StatePaths) -> DurableFile { DurableFile(path: paths.key, limit: 4096) }

  /// Not inlined, so that the stores are not taken for useless ones.
  @inline(never) private static func wipe(_ bytes: inout [UInt8]) {
    for index in bytes.indices { bytes[index] = 0 }
  }
}
