import Glibc
import Linux
import PeerNet
import PeerNetClient
import Sodium

/// Where a person's node keeps its files (Protocol, Keys; Trust list; Remembered peers):
///
/// | file | holds |
/// |---|---|
/// | `identity.keys` | the key pair, made on first use |
/// | `trust` | who is trusted, and with what |
/// | `peers` | proven addresses, wires, and when each peer was seen; no authority |
///
/// A file that is torn, or of another kind or version, is reported and left as it is.
public struct HomeFolder: PeerStore {
  /// Where it is; made on first use.
  public let path: String

  /// The folder need not exist yet.
  public init(path: String) { self.path = path }

  /// The named folder, else `$PEERNET_HOME`, else `peernet` in `$XDG_CONFIG_HOME`, else `~/.config/peernet`.
  public static func locate(_ path: String? = nil) throws(HomeFolderError) -> HomeFolder {
    if let path = path ?? environment("PEERNET_HOME") { return HomeFolder(path: path) }
    // The base directory specification has relative paths ignored.
    if let base = environment("XDG_CONFIG_HOME"), base.hasPrefix("/") { return HomeFolder(path: base + "/peernet") }
    guard let home = environment("HOME") else { throw .nowhere }
    return HomeFolder(path: home + "/.config/peernet")
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  // MARK: Identity

  /// The key pair, which is made if there is none yet.
  public func identity() throws(HomeFolderError) -> KeyPair {
    let file = self.file("identity.keys", limit: 4_096)
    if var bytes = try read(file) {
      defer { wipe(&bytes) }
      return try decode(bytes)
    }
    try makeFolder()
    // Another process may have made one meanwhile: whoever holds the lock decides.
    do throws(FileError) {
      try file.update { present in
        guard present == nil else { return nil }
        var random = RandomStream.system()
        return KeyFile.encode(KeyPair.generate(from: &random))
      }
    } catch { throw .file(name(file), error.text) }
    guard var bytes = try read(file) else { throw .file(name(file), "it vanished") }
    defer { wipe(&bytes) }
    return try decode(bytes)
  }

  private func decode(_ bytes: [UInt8]) throws(HomeFolderError) -> KeyPair {
    do { return try KeyFile.decode(bytes) } catch { throw .identity(path + "/identity.keys", error) }
  }

  // MARK: Trust

  /// Who is trusted: nobody, when there is no list yet.
  public func trust() throws(HomeFolderError) -> TrustList {
    guard let text = try read(trustFile) else { return TrustList() }
    return try parse(text)
  }

  /// Reads the list, changes it and writes it, while no other process can. What `change` throws leaves it as it was.
  public func changeTrust<Failure: Error>(
    _ change: (inout TrustList) throws(Failure) -> Void, orElse wrap: (HomeFolderError) -> Failure
  ) throws(Failure) {
    _ = try changedTrust(change, orElse: wrap)
  }

  public func changeTrust(_ change: (inout TrustList) throws -> Void) throws -> TrustList {
    try changedTrust(change, orElse: { $0 as any Error })
  }

  private func changedTrust<Failure: Error>(
    _ change: (inout TrustList) throws(Failure) -> Void, orElse wrap: (HomeFolderError) -> Failure
  ) throws(Failure) -> TrustList {
    do throws(HomeFolderError) { try makeFolder() } catch { throw wrap(error) }
    let file = trustFile
    return try file.update(orElse: { wrap(.file(name(file), $0.text)) }) { (present) throws(Failure) in
      var list = TrustList()
      do throws(HomeFolderError) { if let present { list = try parse(present) } } catch { throw wrap(error) }
      try change(&list)
      return (list.serialize(), list)
    }
  }

  private var trustFile: DurableFile { file("trust", limit: TrustList.maximumBytes) }

  private func parse(_ text: [UInt8]) throws(HomeFolderError) -> TrustList {
    do { return try TrustList.parse(text) } catch { throw .trust(path + "/trust", error) }
  }

  // MARK: Memory

  /// What was remembered of peers: nothing, when there is no file yet.
  public func memory() throws(HomeFolderError) -> PeerMemory {
    let file = memoryFile
    guard let text = try read(file) else { return PeerMemory() }
    do { return try PeerMemory.parse(text) } catch { throw .memory(name(file), error) }
  }

  /// Adds what was learned of a peer to what other processes have learned meanwhile. A file that cannot be read stays
  /// as it is.
  public func remember(_ peer: PeerMemory.Peer) throws(HomeFolderError) {
    try makeFolder()
    let file = memoryFile
    do throws(FileError) {
      try file.update { present in
        guard var memory = try? present.map(PeerMemory.parse) ?? PeerMemory() else { return nil }
        memory.merge(peer)
        let text = memory.serialize()
        return text == present ? nil : text
      }
    } catch { throw .file(name(file), error.text) }
  }

  /// Notes when peers were last connected, in seconds since 1970. The file is not written for times that are at most
  /// `precision` seconds later than the ones it holds.
  public func noteSeen(_ seen: [PublicKey: UInt64], precision: UInt64 = 10) throws(HomeFolderError) {
    guard !seen.isEmpty else { return }
    try makeFolder()
    let file = memoryFile
    do throws(FileError) {
      try file.update { present in
        guard var memory = try? present.map(PeerMemory.parse) ?? PeerMemory() else { return nil }
        var isNews = false
        for key in seen.keys.sorted() {
          guard let time = seen[key], memory.peer(key)?.seen.map({ time > $0 + precision }) ?? true else { continue }
          if memory.noteSeen(time, for: key) { isNews = true }
        }
        return isNews ? memory.serialize() : nil
      }
    } catch { throw .file(name(file), error.text) }
  }

  /// Forgets what was learned of a peer.
  public func forget(_ key: PublicKey) throws(HomeFolderError) {
    let file = memoryFile
    guard try read(file) != nil else { return }
    do throws(FileError) {
      try file.update { present in
        guard let present, var memory = try? PeerMemory.parse(present), memory.forget(key) else { return nil }
        return memory.serialize()
      }
    } catch { throw .file(name(file), error.text) }
  }

  private var memoryFile: DurableFile { file("peers", limit: PeerMemory.maximumBytes) }

  // MARK: Files

  private func file(_ name: String, limit: Int) -> DurableFile {
    DurableFile(path: Array((path + "/" + name).utf8), limit: limit)
  }

  private func name(_ file: DurableFile) -> String { String(decoding: file.path, as: UTF8.self) }

  private func read(_ file: DurableFile) throws(HomeFolderError) -> [UInt8]? {
    do throws(FileError) { return try file.read() } catch {
      throw .file(String(decoding: file.path, as: UTF8.self), error.text)
    }
  }

  /// Makes the folder and those above it, for their owner alone.
  private func makeFolder() throws(HomeFolderError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      guard mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR else { continue }
      let reason = String(cString: strerror(errno))
      var status = stat()
      if stat(made, &status) == 0 { continue }  // A folder above ours that may only be passed through.
      throw .folder(path, reason)
    }
  }
}

extension FileError {
  fileprivate var text: String {
    switch self {
    case .system(let error): String(decoding: error.text, as: UTF8.self)
    case .tooLarge(let limit): "it is larger than \(limit) bytes"
    case .notRegular: "it is no regular file"
    case .locked: "another process holds its lock"
    }
  }
}
