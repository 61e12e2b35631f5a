import Linux
import PeerNet
import Reactor
import Sodium

/// The daemon's files at work: the trust list, watched for changes, and what is remembered of peers, written in time.
/// What is wrong with a file is told in the log; the last good list stays in force.
final class DurableState {
  private let paths: StatePaths
  private let log: Log
  private var trust: TrustStore
  private var memory: PeerMemoryStore
  private var watch: FolderWatch?
  private let disk: [UInt8]?
  private let thread: DiskThread
  private let onTrustChange: () -> Void

  /// Reads the files, and writes them on the thread; `onTrustChange` is called whenever the trust list's may have changed since.
  init(
    _ paths: StatePaths, disk: [UInt8]?, log: Log, reactor: Reactor, thread: DiskThread,
    onTrustChange: @escaping () -> Void
  ) {
    self.paths = paths
    self.thread = thread
    self.onTrustChange = onTrustChange
    self.disk = disk
    self.log = log
    trust = TrustStore(paths)
    memory = PeerMemoryStore(paths)
    if let failure = trust.copyFailure { tellCopy(failure) }
    // In this order: who is paired in between would stay a stranger otherwise.
    watchTrust(on: reactor)
    loadTrust(now: Clock.now())
    do throws(PeerMemoryStore.Failure) {
      try memory.load()
    } catch {
      log.write(.warning, "memory.ignored", [.bytes("path", paths.peers), .bytes("reason", error.text)])
    }
  }

  // MARK: Trust

  /// The list in force.
  var trustList: TrustList { trust.list }

  /// Reads the trust list again, which may have changed.
  @discardableResult
  func loadTrust(now: Instant) -> TrustGenerations.Outcome {
    let before = trust.list
    let outcome = trust.load(now: now)
    switch outcome {
    case .replaced(let mayBeTorn):
      log.write(.notice, "trust.loaded", [.number("peers", Int64(trust.list.entries.count))])
      if !mayBeTorn { revokeThoseMissing(since: before) }
    case .unchanged: break
    case .kept(let failure):
      log.write(
        .error, "trust.kept_last_good",
        [
          .bytes("path", paths.trust), .bytes("reason", failure.text),
          .number("peers", Int64(trust.list.entries.count)),
        ])
    }
    if let copy = trust.takeCopy() { keep(copy) }
    return outcome
  }

  private func keep(_ copy: TrustStore.Copy) {
    var failure: FileError?
    thread.run({
      do throws(FileError) { try copy.carryOut() } catch { failure = error }
    }) { [self] in
      let isTold = trust.copyFailure != nil
      trust.ended(copy, failure)
      if !isTold, let failure = trust.copyFailure { tellCopy(failure) }
    }
  }

  /// Whoever goes from the list does not come back with a data partition that is made anew, whichever way the list was
  /// changed: by the command, which did this before, or in an editor.
  private func revokeThoseMissing(since before: TrustList) {
    guard let disk else { return }
    var keys: [PublicKey] = []
    for entry in before.entries where trust.list.entry(for: entry.key) == nil { keys.append(entry.key) }
    guard !keys.isEmpty else { return }
    var failure: ImageError?
    thread.run({ [keys] in
      do throws(ImageError) { try BoardDisk(disk, for: .writing).revoke(keys) } catch { failure = error }
    }) { [log, keys] in
      let count = LogField.number("peers", Int64(keys.count))
      if let failure {
        log.write(.error, "trust.not_revoked", [count, .bytes("reason", failure.text)])
      } else {
        log.write(.notice, "trust.revoked", [count])
      }
    }
  }

  private func watchTrust(on reactor: Reactor) {
    let slash = paths.trust.lastIndex(of: UInt8(ascii: "/")) ?? 0
    let folder = slash == 0 ? Array("/".utf8) : Array(paths.trust[..<slash])
    let name = Array(paths.trust[(slash + 1)...])
    do throws(Errno) {
      watch = try FolderWatch(folder: folder, reactor: reactor) { [self] event in
        switch event {
        case .changed(let changed): if changed == name { onTrustChange() }
        case .lost: onTrustChange()
        case .folderGone:
          watch?.close()
          watch = nil
          tellNotWatched(folder, Array("its folder is gone".utf8))
        }
      }
    } catch {
      // SIGHUP still does it.
      tellNotWatched(folder, error.text)
    }
  }

  // MARK: Peers

  /// What is remembered of peers.
  var peerMemory: PeerMemory { memory.memory }

  /// There is something new to remember, which `timeout` will write.
  func memoryChanged(at now: Instant) { memory.changed(at: now) }

  /// When `timeout` has to be called.
  var deadline: Instant? {
    guard let settled = trust.deadline else { return memory.deadline }
    return min(settled, memory.deadline ?? settled)
  }

  /// Reads a list again that had to stay unchanged for some time, and writes what is due; at the end, everything that
  /// is new.
  func timeout(at now: Instant, isEnding: Bool = false, _ present: @autoclosure () -> PeerMemory) {
    if let deadline = trust.deadline, now >= deadline { onTrustChange() }
    guard let deadline = memory.deadline, isEnding || now >= deadline else { return }
    memory.memory = present()
    guard let write = memory.take(at: now, isEnding: isEnding) else { return }
    var failure: FileError?
    thread.run({
      do throws(FileError) { try write.carryOut() } catch { failure = error }
    }) { [self] in
      memory.ended(failure, at: now)
      guard let failure else { return }
      log.writeFailure(
        .warning, "memory.not_written", [.bytes("path", paths.peers), .bytes("reason", failure.text)], at: now)
    }
  }

  // MARK: What went wrong with a file

  private func tellCopy(_ failure: StateError) {
    log.write(.warning, "trust.copy_failed", [.bytes("reason", failure.text)])
  }

  private func tellNotWatched(_ folder: [UInt8], _ reason: [UInt8]) {
    log.write(.warning, "trust.not_watched", [.bytes("path", folder), .bytes("reason", reason)])
  }
}
