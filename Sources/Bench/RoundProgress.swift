import Foundation

/// Tells on standard error how many rounds are over and how long the others will take: on a terminal in one line, elsewhere
/// in a line each half minute.
struct RoundProgress {
  private let rounds: Int
  private let began = Date()
  private let isTerminal = isatty(2) == 1
  private var done = 0
  private var told = Date()

  init(of rounds: Int) { self.rounds = rounds }

  mutating func roundIsOver() {
    done += 1
    let now = Date()
    guard isTerminal || now.timeIntervalSince(told) >= 30 else { return }
    told = now
    let each = now.timeIntervalSince(began) / Double(done)
    let left = Int((each * Double(rounds - done)).rounded())
    let text = "round \(done) of \(rounds), \(Report.number(each)) s each, \(left / 60) min \(left % 60) s left"
    let line = isTerminal ? "\r\(text)\u{1b}[K\(done == rounds ? "\n" : "")" : "\(text)\n"
    FileHandle.standardError.write(Data(line.utf8))
  }
}
