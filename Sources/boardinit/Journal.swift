import Linux
import PeerNet
import Supervision

/// The board's log: `current`, what was before it in `earlier` once it has grown too large, and the end of the run before in
/// `last`. It lies on the data partition, or in memory while that takes nothing; what is written before either is kept back.
/// No failure of it is anybody else's.
final class Journal {
  /// The three files are at most that large each, in bytes.
  private static var limit: Int { 512 << 10 }
  /// In memory less.
  private static var fallbackLimit: Int { 128 << 10 }
  /// The most that is kept back before there is a file.
  private static var backlogLimit: Int { 32 << 10 }
  /// How long the log stays in memory before the data partition is tried again.
  private static var retry: TimeSpan { .seconds(60) }

  private let paths: BoardPaths
  private let kernel: KernelLog
  private var file: AppendedFile?
  private var backlog: [UInt8] = []
  private var isOpen = false
  private var isFallback = false
  private var retryAt = Instant.distantFuture

  init(_ paths: BoardPaths, kernel: KernelLog) {
    self.paths = paths
    self.kernel = kernel
  }

  private var now: Instant { Clock.now() }
  private var folder: [UInt8] { isFallback ? paths.fallbackLog : paths.log }
  private var current: [UInt8] { folder + [UInt8]("/current") }

  /// From now on there is a place for files. The last run's log makes room first.
  func open() {
    isOpen = true
    _ = try? makeFolder(paths.log)
    _ = try? FileSystem.rename(paths.log + [UInt8]("/current"), to: paths.log + [UInt8]("/last"))
    reopen(inFallback: false)
    let kept = backlog
    backlog = []
    append(kept)
  }

  /// Lets go of the data partition; what still comes goes to memory.
  func leaveDisk() {
    synchronize()
    retryAt = .distantFuture
    reopen(inFallback: true)
    retryAt = .distantFuture
  }

  /// Has the disk take what was written.
  func synchronize() { _ = try? file?.synchronize() }

  /// Writes a line; one that warns also goes to the console.
  func write(_ line: LogLine) {
    if line.isWarning { kernel.write(line.name + [UInt8](": ") + line.text) }
    append(line.bytes(date: Clock.realtimeSeconds(), uptime: now))
  }

  /// What process 1 itself has to say.
  func write(isWarning: Bool, _ text: [UInt8]) {
    write(LogLine(name: [UInt8]("init"), isWarning: isWarning, text.printable))
  }

  func warn(_ text: StaticString, _ path: [UInt8], _ reason: [UInt8]) {
    write(isWarning: true, text.bytes + [UInt8](" ") + path + [UInt8](": ") + reason)
  }

  private func append(_ bytes: [UInt8]) {
    guard isOpen else {
      if backlog.count + bytes.count <= Journal.backlogLimit { backlog += bytes }
      return
    }
    if isFallback, retryAt <= now { reopen(inFallback: false) }
    let limit = isFallback ? Journal.fallbackLimit : Journal.limit
    if let size = file?.size, size + bytes.count > limit {
      file = nil
      _ = try? FileSystem.rename(current, to: folder + [UInt8]("/earlier"))
      reopen(inFallback: isFallback)
    }
    do throws(Errno) {
      try file?.append(bytes)
    } catch {
      guard !isFallback else { return }
      reopen(inFallback: true)
      kernel.write([UInt8]("init: the log goes to memory: ") + error.text)
      _ = try? file?.append(bytes)
    }
  }

  private func reopen(inFallback: Bool) {
    file = nil
    isFallback = inFallback
    _ = try? makeFolder(folder)
    do throws(Errno) {
      file = try AppendedFile(path: current)
    } catch {
      if !inFallback {
        kernel.write([UInt8]("init: the log goes to memory: ") + error.text)
        return reopen(inFallback: true)
      }
    }
    retryAt = inFallback ? now + Journal.retry : .distantFuture
  }
}
