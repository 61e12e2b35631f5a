import Admin

/// The GPIO lines of a profile, real or simulated. What the profile does not list does not exist here.
protocol LineDriver: AnyObject {
  /// All lines in the order of the profile, those with a problem too.
  func list() -> [LineState]
  /// The lines of these labels, in their order.
  func read(_ labels: [[UInt8]]) throws(GPIOError) -> [LineState]
  /// Sets outputs and reads them back; nothing is set unless all can be.
  func write(_ values: [(label: [UInt8], value: Bool)]) throws(GPIOError) -> [LineState]
}

extension GPIOLines: LineDriver {}
