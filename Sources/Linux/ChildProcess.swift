import CLinux

/// A child process in a process group of its own, with /dev/null to read and two pipes to write to. Nothing here waits for it.
public struct ChildProcess: ~Copyable {
  /// How a process ended.
  public enum Termination: Equatable, Sendable {
    /// By itself, or by exit(3).
    case exited(code: Int32)
    /// By a signal.
    case signalled(number: Int32)
  }

  /// The process's number (pid).
  public let id: Int32
  /// Readable once the process has ended (pidfd).
  public let ending: FileDescriptor
  /// What it writes, non-blocking.
  public let output: FileDescriptor
  /// What it writes as errors, non-blocking.
  public let errors: FileDescriptor

  /// Starts the program at `path`. `arguments` begins with the program's name; `environment` holds `NAME=value`, and nothing is
  /// inherited. Waits until the program is loaded, so not for one on a disk that may hang.
  public init(path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]]) throws(Errno) {
    let vectors = try CStringVector(arguments)
    let variables = try CStringVector(environment)
    try self.init { (input, output, errors) throws(Errno) in
      try withCString("posix_spawn", path) {
        clinux_spawn($0, vectors.pointers, variables.pointers, input, output, errors)
      }
    }
  }

  /// Starts a child that writes all that is cached to disk (sync(2)) and ends with code 0. It loads no program and holds no
  /// descriptor.
  public static func syncing() throws(Errno) -> ChildProcess {
    try ChildProcess { _, _, _ in clinux_spawn_sync() }
  }

  /// Starts a program as ``init(path:arguments:environment:)`` does, but with both its streams going to `output`, and with
  /// nobody who watches it: whoever reaps hears of its end. Returns its number.
  public static func launch(
    path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], output: Int32
  ) throws(Errno) -> Int32 {
    let nothing = try FileDescriptor.open(Array("/dev/null".utf8), for: .reading)
    let vectors = try CStringVector(arguments)
    let variables = try CStringVector(environment)
    let id = try withCString("posix_spawn", path) {
      clinux_spawn($0, vectors.pointers, variables.pointers, nothing.number, output, output)
    }
    return try check("posix_spawn", id)
  }

  /// Asks a process and its whole group to end, or kills them.
  public static func end(group id: Int32, killing: Bool) {
    _ = clinux_kill_group(id, killing ? CLINUX_SIGKILL : CLINUX_SIGTERM)
  }

  /// How willingly a process lets others run: -20 to 19.
  public static func setNice(_ nice: Int32, of id: Int32) throws(Errno) {
    try check("setpriority", clinux_set_nice(id, nice))
  }

  private init(_ start: (_ input: Int32, _ output: Int32, _ errors: Int32) throws(Errno) -> Int32) throws(Errno) {
    let nothing = FileDescriptor(
      owning: try check("open", try withCString("open", Array("/dev/null".utf8)) { clinux_open_read($0) }))
    let output = try Pipe()
    let errors = try Pipe()
    try output.reading.setNonBlocking()
    try errors.reading.setNonBlocking()
    let id = try check("posix_spawn", try start(nothing.number, output.writing.number, errors.writing.number))
    let awaited = clinux_pidfd(id)
    if awaited < 0 {
      // A child whose end nobody would hear of must not be left running.
      _ = clinux_kill_group(id, CLINUX_SIGKILL)
      _ = clinux_reap(id)
    }
    let ending = FileDescriptor(owning: try check("pidfd_open", awaited))
    self.id = id
    self.ending = ending
    self.output = output.takeReading()
    self.errors = errors.takeReading()
  }

  /// How it ended; nil while it runs. To be asked once only after that.
  public borrowing func reap() throws(Errno) -> Termination? {
    let result = clinux_reap(id)
    if result == Int32(CLINUX_RUNNING) { return nil }
    try check("waitpid", result)
    let signalled = Int32(CLINUX_BY_SIGNAL)
    return result >= signalled ? .signalled(number: result - signalled) : .exited(code: result)
  }

  /// Kills it and all that it has started, before it is reaped.
  public borrowing func kill() { _ = clinux_kill_group(id, CLINUX_SIGKILL) }
}

extension Pipe {
  consuming func takeReading() -> FileDescriptor { reading }
}

/// C strings and a NULL, as execve(2) wants them.
private struct CStringVector: ~Copyable {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let text: UnsafeMutablePointer<CChar>

  init(_ strings: [[UInt8]]) throws(Errno) {
    for string in strings where string.contains(0) { throw Errno("posix_spawn", .invalidArgument) }
    pointers = .allocate(capacity: strings.count + 1)
    text = .allocate(capacity: strings.reduce(1) { $0 + $1.count + 1 })
    var next = text
    for (index, string) in strings.enumerated() {
      pointers[index] = next
      for byte in string {
        next.pointee = CChar(bitPattern: byte)
        next += 1
      }
      next.pointee = 0
      next += 1
    }
    pointers[strings.count] = nil
  }

  deinit {
    pointers.deallocate()
    text.deallocate()
  }
}
