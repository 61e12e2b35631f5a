import Foundation
import Programs
import TestKit

/// The serial port of the emulated board: behind a socket, busybox's shell as on the board, started anew for each connection.
final class StandInBoard: Sendable {
  var path: String { folder.path("port") }
  private let folder: TemporaryFolder
  private let listener: Int32

  init() throws {
    folder = try TemporaryFolder()
    let (path, programs) = (folder.path("port"), folder.path("programs"))
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: false)
    for name in ["sh", "sed", "base64", "cat", "head", "wc", "md5sum", "printf"] {
      try FileManager.default.createSymbolicLink(atPath: programs + "/" + name, withDestinationPath: "/usr/bin/busybox")
    }
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // Zeros behind it.
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) } == 0
    }
    guard isBound, listen(listener, 4) == 0 else { throw Command.Failed(description: "no socket at \(path)") }
    Thread.detachNewThread { [listener, programs] in
      while true {
        let port = accept(listener, nil, nil)
        guard port >= 0 else { break }
        _ = fcntl(port, F_SETFD, FD_CLOEXEC)
        let shell = try? Child(
          ["sh", "-c", #"PATH="$1:$PATH"; export PATH; echo bench-shell && exec sh"#, "sh", programs], input: port,
          output: port, errors: port)
        close(port)
        _ = shell?.wait()
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Runs a script of which `"$@"` is `Scripts/board shell` on this board.
  func run(_ script: String, _ words: String..., within limit: Duration = .seconds(60)) async throws -> Command {
    try await Command.run(
      ["sh", "-c", script, "sh", Repository.path("board/qemu-virt/bench/shell"), path] + words, within: limit)
  }
}
