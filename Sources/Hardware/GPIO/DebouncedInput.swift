import Linux
import Reactor

/// An input whose bounces are taken out here, from its edges. The reactor takes them in as they come: the kernel's queue
/// is short.
final class DebouncedInput {
  /// Edges that one look takes in; what waits beyond is for the next.
  private static let edgesPerLook = 64

  private let hold: any GPIOHold
  private let chips: any GPIOChips
  private let reactor: Reactor
  private var debouncer: Debouncer
  private var registration: Reactor.Registration?
  private var fault: GPIOLineError?

  /// `period` is in milliseconds.
  init(_ hold: any GPIOHold, _ period: UInt32, _ chips: any GPIOChips, _ reactor: Reactor) throws(GPIOLineError) {
    self.hold = hold
    self.chips = chips
    self.reactor = reactor
    debouncer = Debouncer(period: UInt64(period) * 1_000_000, level: try hold.value(), at: chips.clock)
    do throws(Errno) {
      registration = try reactor.register(hold.descriptor, for: .readable) { [self] _ in wake() }
    } catch {
      throw .failed(error)
    }
  }

  /// The reactor keeps this alive until then.
  func stop() {
    if let registration { reactor.deregister(registration) }
    registration = nil
  }

  func value() throws(GPIOLineError) -> Bool {
    if let fault { throw fault }
    try look()
    return debouncer.value(at: chips.clock)
  }

  private func wake() {
    do throws(GPIOLineError) {
      try look()
    } catch {
      // The descriptor of a line that is gone stays ready for ever.
      fault = error
      stop()
    }
  }

  /// Takes in what waits, then the line itself: edges are lost when the kernel's queue overflows.
  private func look() throws(GPIOLineError) {
    for _ in 0..<Self.edgesPerLook {
      guard let edge = try hold.nextEdge() else { break }
      debouncer.edge(to: edge.value, at: edge.time)
    }
    debouncer.observe(try hold.value(), at: chips.clock)
  }
}
