import Admin
import Linux

/// The GPIO chips of this machine: all that the board asks of the C library, so that tests can stand in for it.
protocol GPIOChips: AnyObject {
  /// Whether inputs are debounced below this seam. Otherwise `GPIOLines` does it from the edges.
  var debounces: Bool { get }

  /// Now, in nanoseconds, on the clock that edges are stamped with.
  var clock: UInt64 { get }

  func scan() -> [GPIOChip]

  /// Takes hold of a line until the result is let go.
  func hold(_ request: GPIORequest) throws(GPIOLineError) -> any GPIOHold
}

/// A line that this process holds. Values are logical: true is active.
protocol GPIOHold: AnyObject {
  /// Readable when an edge waits; only of a line that was requested with edges.
  var descriptor: Int32 { get }

  func value() throws(GPIOLineError) -> Bool
  func set(_ value: Bool) throws(GPIOLineError)

  /// nil when none waits. Does not block.
  func nextEdge() throws(GPIOLineError) -> GPIOEdge?
}

struct GPIOChip {
  /// Changes between boots.
  let number: UInt32
  let label: [UInt8]
  /// The name of each line by its offset; empty where it has none.
  let lines: [[UInt8]]

  init(number: UInt32, label: [UInt8], lines: [[UInt8]]) {
    self.number = number
    self.label = label
    self.lines = lines
  }
}

struct GPIORequest: Equatable {
  let chip: UInt32
  let offset: UInt32
  let direction: LineProfile.Direction
  let activeLow: Bool
  let bias: LineProfile.Bias
  let initialValue: LineProfile.InitialValue
  /// In milliseconds; 0 unless the chips debounce.
  let debounce: UInt32
  let edges: Bool

  init(_ line: LineProfile, chip: UInt32, offset: UInt32, debounces: Bool) {
    self.chip = chip
    self.offset = offset
    direction = line.direction
    activeLow = line.activeLow
    bias = line.bias
    initialValue = line.initialValue
    debounce = debounces ? line.debounce : 0
    edges = !debounces && line.debounce > 0
  }
}

struct GPIOEdge: Equatable {
  /// What the line became.
  let value: Bool
  /// Nanoseconds on `GPIOChips.clock`.
  let time: UInt64

  init(to value: Bool, at time: UInt64) {
    self.value = value
    self.time = time
  }
}

/// Why a line cannot be used now.
public enum GPIOLineError: Error, Equatable, Sendable {
  /// Another process or driver holds the line; its name, or empty.
  case busy([UInt8])
  /// No chip has the label that the profile gives.
  case noChip
  /// No chip has the line that the profile gives.
  case noLine
  /// Several chips or lines answer to what the profile gives.
  case ambiguous
  /// The kernel or the library refused; a chip that was unplugged answers `noSuchDevice`.
  case failed(Errno)
}
