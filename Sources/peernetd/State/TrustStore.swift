import Linux
import PeerNet

/// The trust list and its last good copy on disk, and which of them is in force.
///
/// Only a list that can be read comes into force, and it becomes the last good copy with that, so that a peer that was
/// unpaired does not return with the copy.
struct TrustStore {
  private let file: DurableFile
  private let copyFile: DurableFile
  private var generations: TrustGenerations
  /// What the copy holds, nil when there is none or it cannot be read.
  private var copy: [UInt8]?
  /// Why the copy could not be read or written: told, and otherwise survived.
  private(set) var copyFailure: StateError?

  /// The list in force.
  var list: TrustList { generations.current }
  /// When to read the file again although nothing reported a change.
  var deadline: Instant? { generations.deadline }

  /// Begins with the last good copy, if there is one; `load` comes next.
  init(_ paths: StatePaths) {
    file = TrustStore.file(paths.trust)
    copyFile = TrustStore.file(paths.lastGoodTrust)
    var provisioned = TrustList()
    do throws(StateError) {
      if let list = try Self.read(copyFile) {
        provisioned = list
        copy = list.serialize()
      }
    } catch {
      copyFailure = error
    }
    generations = TrustGenerations(provisioned: provisioned)
  }

  /// The contents of the file when it was last read.
  private var source: [UInt8] = []
  /// Reads the file again, which may have changed. Call ``takeCopy()`` next.
  mutating func load(now: Instant) -> TrustGenerations.Outcome {
    let source: TrustGenerations.Source
    do throws(FileError) {
      if let bytes = try file.read() { source = .bytes(bytes) } else { source = .missing }
    } catch {
      source = .unreadable(error.code)
    }
    let outcome = generations.load(source, now: now)
    self.source = []
    if case .bytes(let bytes) = source, generations.failure == nil, generations.deadline == nil { self.source = bytes }
    return outcome
  }

  /// The new last good copy, if it changed. Call ``ended(_:_:)`` when it is written.
  func takeCopy() -> Copy? {
    let bytes = list.serialize()
    guard !source.isEmpty, bytes != copy else { return nil }
    return Copy(file: file, source: source, copyFile: copyFile, bytes: bytes)
  }

  /// The copy was written, or writing it failed.
  mutating func ended(_ copy: Copy, _ failure: FileError?) {
    switch failure {
    case nil:
      self.copy = copy.bytes
      copyFailure = nil
    // A command that holds the lock writes the copy by itself.
    case .locked: break
    case let failure?: copyFailure = .unusable(path: copyFile.path, failure)
    }
  }

  /// A last good copy that is to be written.
  struct Copy {
    fileprivate let file: DurableFile
    fileprivate let source: [UInt8]
    fileprivate let copyFile: DurableFile
    fileprivate let bytes: [UInt8]

    /// Writes the copy if the list has not changed since, and does not wait for a command that is changing it.
    func carryOut() throws(FileError) {
      try file.update(waitingForLock: false) { (present) throws(FileError) in
        if present == source { try copyFile.write(bytes, waitingForLock: false) }
        return nil
      }
    }
  }

  private static func file(_ path: [UInt8]) -> DurableFile { DurableFile(path: path, limit: TrustList.maximumBytes) }
}

// MARK: For the commands

extension TrustStore {
  /// The file's list, else its last good copy, else nobody. A list that cannot be read is an error.
  static func current(_ paths: StatePaths) throws(StateError) -> TrustList {
    if let list = try read(file(paths.trust)) { return list }
    return try read(file(paths.lastGoodTrust)) ?? TrustList()
  }

  /// Changes the list under its lock and writes what `change` made of it, durably. A file that cannot be read is left
  /// as it is; one that is gone continues from its last good copy.
  static func change(
    _ paths: StatePaths, _ change: (inout TrustList) throws(CommandError) -> Void
  ) throws(CommandError) {
    var failure: CommandError?
    do throws(FileError) {
      try StateFolder.make(for: paths.trust)
      try file(paths.trust).update(waitingForLock: true) { (_) throws(FileError) in
        do throws(CommandError) {
          var list: TrustList
          do throws(StateError) { list = try current(paths) } catch { throw .state(error) }
          let before = list.text
          try change(&list)
          let isChanged = list.text != before
          let bytes = list.serialize()
          // First, and under the lock of the list: a copy of what another command has replaced since would stay.
          if isChanged || list.isSealed { failure = keepCopy(bytes, in: file(paths.lastGoodTrust)) }
          return isChanged ? bytes : nil
        } catch {
          failure = error
          return nil
        }
      }
    } catch {
      throw .state(.unusable(path: paths.trust, error))
    }
    if let failure { throw failure }
  }

  private static func keepCopy(_ bytes: [UInt8], in copy: DurableFile) -> CommandError? {
    do throws(FileError) {
      try copy.update { (present) throws(FileError) in present == bytes ? nil : bytes }
      return nil
    } catch {
      return .state(.unusable(path: copy.path, error))
    }
  }

  private static func read(_ file: DurableFile) throws(StateError) -> TrustList? {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try file.read()
    } catch {
      throw .unusable(path: file.path, error)
    }
    guard let bytes else { return nil }
    do throws(TrustListError) {
      return try TrustList.parse(bytes)
    } catch {
      throw .trustList(path: file.path, error)
    }
  }
}

extension FileError {
  /// The errno that says about the same.
  fileprivate var code: Int32 {
    switch self {
    case .system(let error): error.code.number
    case .tooLarge: Errno.Code.fileTooLarge.number
    case .notRegular: Errno.Code.invalidArgument.number
    case .locked: Errno.Code.tryAgain.number
    }
  }
}

extension TrustGenerations.Failure {
  var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .malformed(let error):
      text += error.reason.code
      text.append(place: error)
      if let advice = error.reason.advice {
        text += ": "
        text += advice
      }
    case .vanished: text += "the file is gone"
    case .unreadable(let code):
      text += "errno "
      text.append(decimal: code)
    }
    return text
  }
}
