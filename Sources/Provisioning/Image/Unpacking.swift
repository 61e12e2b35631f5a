import Admin
import Glibc

/// xz(1) at work on an open file.
final class Unpacking {
  private let path: String
  private let pipe: Int32
  private let isInterrupted: () -> Bool
  private var child: pid_t?

  init(_ file: Int32, path: String, isInterrupted: @escaping () -> Bool) throws(ImageError) {
    self.path = path
    self.isInterrupted = isInterrupted
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw .cannotRead(path: path, reason: SystemError.latest.text) }
    pipe = ends[0]
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    // In a group of its own: a ^C on the terminal is for us to answer.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var arguments = [strdup("xz"), strdup("-dc"), nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let result = posix_spawnp(&child, "xz", &actions, &attributes, &arguments, environ)
    close(ends[1])
    guard result == 0 else {
      close(pipe)
      throw .noUnpacker(path: path, SystemError(number: result))
    }
    self.child = child
  }

  deinit {
    if let child {
      kill(-child, SIGKILL)
      waitpid(child, nil, 0)
    }
    close(pipe)
  }

  /// The next `count` bytes, fewer only at the end. At the end, xz must have found nothing wrong.
  func read(_ count: Int) throws(ImageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      guard !isInterrupted() else { throw .cannotRead(path: path, reason: "it was interrupted") }
      // A signal may come just before a read that waits for long.
      var ready = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, 200) > 0 else { continue }
      let result = bytes.withUnsafeMutableBytes { Glibc.read(pipe, $0.baseAddress! + filled, count - filled) }
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw .cannotRead(path: path, reason: SystemError.latest.text) }
      if result == 0 {
        try finish()
        break
      }
      filled += result
    }
    return Array(bytes.prefix(filled))
  }

  private func finish() throws(ImageError) {
    guard let child else { return }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    self.child = nil
    guard status == 0 else { throw .damagedPacking(path: path) }
  }
}
