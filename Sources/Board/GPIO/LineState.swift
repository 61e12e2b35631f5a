import Admin

/// A GPIO line as it is now.
public struct LineState: Equatable, Sendable {
  public let label: [UInt8]
  public let direction: LineProfile.Direction
  /// Logical: true is active. Of an output too it is what the line shows. nil when it cannot be read: see `problem`.
  public let value: Bool?
  public let activeLow: Bool
  public let bias: LineProfile.Bias
  public let description: [UInt8]
  public let problem: GPIOError?

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
