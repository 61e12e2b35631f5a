import Admin
import Glibc

/// Data goes to standard output, talk to standard error; neither ever asks anything of who is not there.
enum Console {
  static let isJSON = CommandLine.arguments.prefix { $0 != "--" }.contains("--json")
  static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
  /// Whether standard error is a terminal, where a person reads messages as they come.
  static let isTalkTerminal = isatty(STDERR_FILENO) == 1
  /// Whether somebody can be asked.
  static let isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
  /// Whether what was written can be drawn anew.
  static let isRedrawable = isOutputTerminal && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false
  static let isColoured = isRedrawable && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true

  /// The terminal's height; nil when it does not say.
  static var rows: Int? {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : nil
  }

  /// Writes a line of data.
  static func data(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

  static func data(_ json: JSON) { data(json.line) }

  /// Writes a line of talk; none under `--json`, where only failures are told.
  static func say(_ line: String) {
    if !isJSON { write(line + "\n", to: STDERR_FILENO) }
  }

  static func fail(_ failure: CommandError) -> Never {
    write((isJSON ? failure.json.line : "peernet: \(failure.line)") + "\n", to: STDERR_FILENO)
    exit(failure.status.rawValue)
  }

  /// Asks; anything but `y` or `yes` is a no.
  static func confirm(_ question: String) -> Bool {
    guard let answer = ask("\(question) [y/N] ") else { return false }
    return ["y", "yes"].contains(answer.lowercased())
  }

  /// Asks for a line; nil at the end of the input.
  static func ask(_ question: String) -> String? {
    write(question, to: STDERR_FILENO)
    return readLine()
  }

  static func bold(_ text: String) -> String { isColoured ? "\u{1b}[1m\(text)\u{1b}[0m" : text }

  static func text(errno number: Int32) -> String { String(cString: strerror(number)) }

  static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if count < 0, errno != EINTR, errno != EAGAIN { return }
    }
  }
}
