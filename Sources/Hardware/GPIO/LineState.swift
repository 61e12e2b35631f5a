import Admin

/// A GPIO line as it is now.
struct LineState: Equatable, Sendable {
  let label: [UInt8]
  let direction: LineProfile.Direction
  /// Logical: true is active. Of an output too it is what the line shows. nil when it cannot be read: see `problem`.
  let value: Bool?
  let activeLow: Bool
  let bias: LineProfile.Bias
  let description: [UInt8]
  let problem: GPIOError?

  init(_ line: LineProfile, value: Bool?, problem: GPIOError? = nil) {
    label = line.label
    direction = line.direction
    self.value = value
    activeLow = line.activeLow
    bias = line.bias
    description = line.description
    self.problem = problem
  }
}
