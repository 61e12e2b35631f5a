/// The last questions to a peer, numbered from 1, and which of them were answered.
struct QuestionLog {
  /// The newest question's number.
  private(set) var last: UInt64 = 0
  /// Bit i stands for the question `last - i`.
  private var answers: UInt64 = 0

  /// An answer to an older question than so many is none.
  private static let outstanding: UInt64 = 16

  mutating func ask() -> UInt64 {
    last += 1
    answers <<= 1
    return last
  }

  /// Notes an answer; false when no such question is open.
  mutating func answer(_ number: UInt64) -> Bool {
    guard number > 0, number <= last, last - number < Self.outstanding else { return false }
    let bit = UInt64(1) << (last - number)
    guard answers & bit == 0 else { return false }
    answers |= bit
    return true
  }

  /// Of the last 64 questions how many are settled and how many of those were not answered; the newest `open` ones may
  /// still be.
  func settled(open: Int) -> (asked: Int, unanswered: Int) {
    let count = Int(min(last, 64))
    let pending = min(answers.trailingZeroBitCount, open, count)
    return (count - pending, count - pending - answers.nonzeroBitCount)
  }
}
