import Admin
import Reactor

/// A line of the profile while this process holds it; letting it go releases it.
final class HeldLine {
  /// An output is set and read through it: no output is debounced.
  let hold: any GPIOHold
  /// Of an input that the chips do not debounce themselves.
  private let debounced: DebouncedInput?

  init(_ line: LineProfile, in scanned: [GPIOChip], of chips: any GPIOChips, on reactor: Reactor) throws(GPIOLineError)
  {
    let place = try line.location.find(in: scanned)
    let request = GPIORequest(line, chip: place.chip, offset: place.offset, debounces: chips.debounces)
    hold = try chips.hold(request)
    debounced = request.edges ? try DebouncedInput(hold, line.debounce, chips, reactor) : nil
  }

  deinit {
    debounced?.stop()
  }

  /// What the line shows, of an input once it has settled.
  func value() throws(GPIOLineError) -> Bool {
    if let debounced { return try debounced.value() }
    return try hold.value()
  }
}
