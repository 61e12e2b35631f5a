import Foundation

/// Which processors a measurement may use.
enum Processors {
  /// Those that this process may run on, by number.
  static func allowed() throws -> [Int] {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    for line in status.split(separator: "\n") where line.hasPrefix("Cpus_allowed_list:") {
      // 0-3,6
      guard let list = line.split(whereSeparator: { $0.isWhitespace }).last else { break }
      return list.split(separator: ",").flatMap { range -> [Int] in
        let ends = range.split(separator: "-").compactMap { Int($0) }
        return ends.isEmpty ? [] : Array(ends[0]...ends[ends.count - 1])
      }
    }
    throw BenchError("the kernel does not say which processors there are")
  }

  /// Has all threads of these processes, and what they start from now on, run on these processors alone.
  static func confine(_ processes: [Int32], to processors: [Int]) throws {
    let list = processors.map(String.init).joined(separator: ",")
    for process in processes {
      let command = ["/usr/bin/taskset", "-a", "-c", "-p", list, "\(process)"]
      // It fails when a thread ends while it works, which the next try does not meet again.
      if (try? Program.output(of: command)) == nil { _ = try Program.output(of: command) }
    }
  }

  /// The kernel's number of the calling thread.
  static func thread() throws -> Int32 {
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    guard let number = link.split(separator: "/").last.flatMap({ Int32($0) }) else {
      throw BenchError("the kernel does not say which thread this is")
    }
    return number
  }

  /// Has one thread of this process run on this processor alone.
  static func confine(thread: Int32, to processor: Int) throws {
    _ = try Program.output(of: ["/usr/bin/taskset", "-c", "-p", "\(processor)", "\(thread)"])
  }
}
