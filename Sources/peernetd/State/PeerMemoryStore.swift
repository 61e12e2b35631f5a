import Linux
import PeerNet

/// What is remembered of peers, on disk.
///
/// A file that cannot be understood is told, left as it is and not written over: the memory then lasts as long as the
/// process. Whoever removes the file lets it be written again.
struct PeerMemoryStore {
  enum Failure: Error {
    case unreadable(FileError)
    case malformed(PeerMemory.Fault)
  }

  /// News waits this long for more, to spare the flash.
  static let writeDelay = TimeSpan.seconds(10)

  var memory = PeerMemory()
  private let file: DurableFile
  private var isForeign = false
  /// When what is new is to be written.
  private(set) var deadline: Instant?

  init(_ paths: StatePaths) { file = DurableFile(path: paths.peers, limit: PeerMemory.maximumBytes) }

  mutating func load() throws(Failure) {
    let read: [UInt8]?
    do throws(FileError) {
      read = try file.read()
    } catch {
      isForeign = true
      throw .unreadable(error)
    }
    guard let bytes = read else { return }
    do throws(PeerMemory.Fault) {
      memory = try PeerMemory.parse(bytes)
    } catch {
      isForeign = true
      throw .malformed(error)
    }
  }

  /// The memory changed in a way worth writing down.
  mutating func changed(at now: Instant) {
    if deadline == nil { deadline = now + Self.writeDelay }
  }

  /// The write that is due, or at the end the one that is still outstanding. Call ``ended(_:at:)`` when it is done.
  mutating func take(at now: Instant, isEnding: Bool = false) -> Write? {
    guard let deadline, isEnding || now >= deadline else { return nil }
    self.deadline = nil
    return Write(file: file, bytes: memory.serialize(), isForeign: isForeign)
  }

  /// A write has ended, well or with a failure.
  mutating func ended(_ failure: FileError?, at now: Instant) {
    // A write that failed, for instance because the disk is full, is tried again later.
    if failure != nil { changed(at: now) }
  }
}

extension PeerMemoryStore {
  /// A memory on its way to the disk.
  struct Write {
    let file: DurableFile
    let bytes: [UInt8]
    let isForeign: Bool

    func carryOut() throws(FileError) {
      if isForeign, try file.read() != nil { return }
      try file.write(bytes, waitingForLock: false)
    }
  }
}

extension PeerMemoryStore.Failure {
  /// Why, and what to do.
  var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .unreadable(let error): return error.text
    case .malformed(let error):
      switch error {
      case .header: text += "not a list of remembered peers"
      case .fileTooLarge: text += "too large"
      case .tooManyPeers(let line): text.append(line, "too many peers")
      case .lineTooLong(let line): text.append(line, "too long")
      case .malformed(let line): text.append(line, "not a peer")
      case .duplicateKey(let line): text.append(line, "a key a second time")
      }
    }
    text += "; remove the file to have peers remembered again"
    return text
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ line: Int, _ reason: StaticString) {
    self += "line "
    append(decimal: line)
    self += ": "
    self += reason
  }
}
