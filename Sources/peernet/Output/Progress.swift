/// How far a phase is: a line that says how much is done, how fast, and how long the rest will take.
struct Progress {
  let title: String
  var done = 0
  var total = 0
  /// Of a MiB.
  private static let barWidth = 24

  /// `writing    [#####-------------------]  21 %   31 of 143 MiB  11.2 MiB/s  0:10 left`
  func line(after elapsed: Duration) -> String {
    let (percent, filled) = total > 0 ? (done * 100 / total, done * Self.barWidth / total) : (100, Self.barWidth)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.barWidth - filled)
    let total = "\(total)"
    return
      "\(title.padded(to: 9))  [\(bar)]  \("\(percent)".padded(to: -3)) %  \("\(done)".padded(to: -total.count)) of "
      + "\(total) MiB" + rate(elapsed)
  }

  private func rate(_ elapsed: Duration) -> String {
    let milliseconds = elapsed.components.seconds * 1_000 + elapsed.components.attoseconds / 1_000_000_000_000_000
    // Of the first moments nothing can be foretold.
    guard done > 0, milliseconds >= 500 else { return "" }
    let tenths = Int64(done) * 10_000 / milliseconds
    let left = (milliseconds * Int64(total - done) / Int64(done) + 999) / 1_000
    let seconds = left % 60
    return "  \(tenths / 10).\(tenths % 10) MiB/s  \(left / 60):\(seconds < 10 ? "0" : "")\(seconds) left"
  }
}

extension String {
  /// With blanks behind it, or before it when `width` is negative.
  fileprivate func padded(to width: Int) -> String {
    let blanks = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? blanks + self : self + blanks
  }
}

/// Sizes in the units that stand on the packages of cards, which are decimal.
enum ByteCount {
  static func text(_ bytes: Int) -> String {
    guard bytes >= 1_000 else { return "\(bytes) bytes" }
    var (scale, unit) = (1_000, "kB")
    for larger in ["MB", "GB", "TB"] where bytes / scale >= 1_000 { (scale, unit) = (scale * 1_000, larger) }
    let tenths = bytes / (scale / 10)
    return tenths >= 1_000 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}
