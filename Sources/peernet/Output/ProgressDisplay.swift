import Glibc

/// Shows progress on standard error: a line that is drawn anew on a terminal, a line every tenth elsewhere.
final class ProgressDisplay {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private var progress: Progress?
  private var begun: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?
  private var tenth = 0

  init() { begun = clock.now }

  func show(_ title: String, _ done: Int, of total: Int) {
    guard !Console.isJSON else { return }
    if progress?.title != title {
      end()
      progress = Progress(title: title)
      (begun, shown, tenth) = (clock.now, nil, 0)
    }
    progress?.done = done
    progress?.total = total
    let isLast = done == total
    if isTerminal {
      if let shown, !isLast, shown.duration(to: clock.now) < .milliseconds(100) { return }
      draw("\r", "\u{1b}[K")
    } else if done * 10 / total > tenth || isLast && tenth < 10 {
      draw("", "\n")
    }
    shown = clock.now
    tenth = done * 10 / total
  }

  /// Leaves the last line as it is.
  func end() {
    if isTerminal, progress != nil { Console.write("\n", to: STDERR_FILENO) }
    progress = nil
  }

  private func draw(_ before: String, _ after: String) {
    guard let progress else { return }
    Console.write(before + progress.line(after: begun.duration(to: clock.now)) + after, to: STDERR_FILENO)
  }
}
