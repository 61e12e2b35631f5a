import Admin
import PeerNet

/// Lines that need no chip. Inputs move by themselves: the first changes every 3 s, each further one more slowly.
/// Outputs keep what is written.
final class SimulatedLines: LineDriver {
  private let lines: [LineProfile]
  private var outputs: [Bool]
  private let clock: any BoardClock

  init(_ lines: [LineProfile], clock: any BoardClock) {
    self.lines = lines
    self.clock = clock
    outputs = lines.map { $0.initialValue == .value(true) }
  }

  func list() -> [LineState] { lines.indices.map(state) }

  func read(_ labels: [[UInt8]]) throws(GPIOError) -> [LineState] {
    var states: [LineState] = []
    for label in labels { states.append(state(of: try index(of: label))) }
    return states
  }

  func write(_ values: [(label: [UInt8], value: Bool)]) throws(GPIOError) -> [LineState] {
    var indices: [Int] = []
    for (label, _) in values {
      let index = try index(of: label)
      guard lines[index].direction == .output else { throw .notAnOutput(label) }
      guard !indices.contains(index) else { throw .twice(label) }
      indices.append(index)
    }
    for (index, value) in zip(indices, values) { outputs[index] = value.value }
    return indices.map(state)
  }

  private func index(of label: [UInt8]) throws(GPIOError) -> Int {
    guard let index = lines.firstIndex(where: { $0.label == label }) else { throw .unlisted(label) }
    return index
  }

  private func state(of index: Int) -> LineState {
    switch lines[index].direction {
    case .output: return LineState(lines[index], value: outputs[index])
    case .input:
      let period = UInt64(3 + 2 * index) * 1_000_000_000
      return LineState(lines[index], value: clock.now.nanoseconds / period % 2 == 1)
    }
  }
}
