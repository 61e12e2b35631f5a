import Programs

/// The shell that only the emulated board has, on a virtual serial port: for what a test does to a board from within.
final class BenchShell: Sendable {
  struct Answer: Sendable {
    let status: Int
    let output: String
  }

  private let socket: LineSocket

  init(path: String) async throws { socket = try await LineSocket(path: path) }

  /// A mark: a shell that greets after it belongs to a later boot.
  var mark: Int { socket.count }

  /// Waits until the guest has started the shell after the mark.
  func greeting(after mark: Int = 0, within limit: Duration = .seconds(120)) async throws {
    _ = try await socket.line(from: mark, "greeting of the bench shell", within: limit) { $0 == "bench-shell" }
  }

  /// Runs a script in the guest. What it writes to stderr comes with its output.
  func run(_ script: String, within limit: Duration = .seconds(120)) async throws -> Answer {
    let from = socket.count
    let end = "bench-end-\(from)-\(UInt32.random(in: 0 ... .max))-"
    try socket.send("( \(script)\n) 2>&1; code=$?; echo; echo \"\(end)$code\"\n")
    let last = try await socket.line(from: from, "end of '\(script)' in the guest", within: limit) {
      $0.hasPrefix(end)
    }
    let lines = socket.lines(from: from).prefix { !$0.text.hasPrefix(end) }.map(\.text)
    return Answer(
      status: Int(last.text.dropFirst(end.count)) ?? -1,
      output: lines.joined(separator: "\n").trimmingNewlines)
  }

  /// Runs a script in the guest and throws what it said when it failed.
  @discardableResult
  func demand(_ script: String, within limit: Duration = .seconds(120)) async throws -> String {
    let answer = try await run(script, within: limit)
    guard answer.status == 0 else {
      throw Command.Failed(description: "'\(script)' in the guest ended with \(answer.status): \(answer.output)")
    }
    return answer.output
  }
}

extension String {
  fileprivate var trimmingNewlines: String {
    var text = self[...]
    while text.last == "\n" { text.removeLast() }
    while text.first == "\n" { text.removeFirst() }
    return String(text)
  }
}
