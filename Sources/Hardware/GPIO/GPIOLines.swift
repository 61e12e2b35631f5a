import Admin
import Reactor

/// The GPIO lines of the board profile. What the profile does not list cannot be reached through it.
///
/// A line is held from its first use on, so that an output keeps its value and an input its bias. A line that was lost,
/// or could not be had, is tried again when it is next asked for; an output is then driven to what the profile says, as
/// at the start.
final class GPIOLines {
  private let lines: [LineProfile]
  private var held: [HeldLine?]
  private let chips: any GPIOChips
  private let reactor: Reactor

  init(_ lines: [LineProfile], chips: any GPIOChips, reactor: Reactor) {
    self.lines = lines
    held = lines.map { _ in nil }
    self.chips = chips
    self.reactor = reactor
  }

  /// Takes hold of all lines, and returns why some could not be had.
  func start() -> [GPIOError] {
    list().compactMap { $0.problem }
  }

  /// All lines in the order of the profile, those with a problem too.
  func list() -> [LineState] {
    var scan = Scan(chips)
    return lines.indices.map { index in
      do throws(GPIOError) {
        return LineState(lines[index], value: try value(of: index, &scan))
      } catch {
        return LineState(lines[index], value: nil, problem: error)
      }
    }
  }

  /// The lines of these labels, in their order.
  func read(_ labels: [[UInt8]]) throws(GPIOError) -> [LineState] {
    let indices = try indices(of: labels)
    var scan = Scan(chips)
    return try indices.map { index throws(GPIOError) in LineState(lines[index], value: try value(of: index, &scan)) }
  }

  /// Sets outputs to logical values, in this order, and reads them back. Nothing is set unless every label is an
  /// output's that can be had; when one fails all the same, those before it stay set.
  func write(_ values: [(label: [UInt8], value: Bool)]) throws(GPIOError) -> [LineState] {
    let indices = try indices(of: values.map { $0.label })
    for index in indices where lines[index].direction != .output { throw .notAnOutput(lines[index].label) }
    var scan = Scan(chips)
    for index in indices { _ = try hold(index, &scan) }
    for (index, value) in zip(indices, values) {
      try use(index, &scan) { line throws(GPIOLineError) in try line.hold.set(value.value) }
    }
    return try indices.map { index throws(GPIOError) in
      LineState(lines[index], value: try use(index, &scan) { line throws(GPIOLineError) in try line.hold.value() })
    }
  }

  /// Each once: a caller's list costs no more than the profile is long.
  private func indices(of labels: [[UInt8]]) throws(GPIOError) -> [Int] {
    var indices: [Int] = []
    for label in labels {
      guard let index = lines.firstIndex(where: { $0.label == label }) else { throw .unlisted(label) }
      guard !indices.contains(index) else { throw .twice(label) }
      indices.append(index)
    }
    return indices
  }

  private func value(of index: Int, _ scan: inout Scan) throws(GPIOError) -> Bool {
    try use(index, &scan) { line throws(GPIOLineError) in try line.value() }
  }

  private func hold(_ index: Int, _ scan: inout Scan) throws(GPIOError) -> HeldLine {
    if let line = held[index] { return line }
    do throws(GPIOLineError) {
      let line = try HeldLine(lines[index], in: scan.chips(), of: chips, on: reactor)
      held[index] = line
      return line
    } catch {
      throw .unusable(label: lines[index].label, error)
    }
  }

  /// A line that fails is let go, to be found anew.
  private func use<Result>(
    _ index: Int, _ scan: inout Scan, _ action: (HeldLine) throws(GPIOLineError) -> Result
  ) throws(GPIOError) -> Result {
    let line = try hold(index, &scan)
    do throws(GPIOLineError) {
      return try action(line)
    } catch {
      held[index] = nil
      throw .unusable(label: lines[index].label, error)
    }
  }
}

/// A look at the chips, taken at most once a request and only when a line is missing.
private struct Scan {
  private let source: any GPIOChips
  private var result: [GPIOChip]?

  init(_ source: any GPIOChips) {
    self.source = source
  }

  mutating func chips() -> [GPIOChip] {
    if let result { return result }
    let chips = source.scan()
    result = chips
    return chips
  }
}
