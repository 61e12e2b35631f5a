import Foundation
import Linux

/// A program that is run from its start to its end.
enum Program {
  /// What a command prints until it ends well. Foundation's `Process` would add tens of milliseconds of its own.
  static func output(of command: [String], environment: [String] = []) throws -> String {
    let process = try ChildProcess(
      path: Array(command[0].utf8), arguments: command.map { Array($0.utf8) },
      environment: environment.map { Array($0.utf8) })
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      var ready = pollfd(fd: process.output.number, events: Int16(POLLIN), revents: 0)
      _ = poll(&ready, 1, -1)
      let outcome = try chunk.withUnsafeMutableBytes { try process.output.read(into: $0) }
      if case .bytes(let count) = outcome { text += chunk[..<count] }
      if case .end = outcome { break }
    }
    while true {
      if let ended = try process.reap() {
        guard ended == .exited(code: 0) else {
          throw BenchError("\(command.joined(separator: " ")) ended with \(ended)")
        }
        return String(decoding: text, as: UTF8.self)
      }
      usleep(50)
    }
  }
}
