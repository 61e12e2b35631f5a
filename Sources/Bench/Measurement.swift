import Basics
import Foundation
import Glibc
import Linux

/// Nanoseconds that `body` takes; `cpu` counts this thread's work alone.
func elapsed(cpu: Bool = false, _ body: () throws -> Void) rethrows -> Double {
  let start = cpu ? time(CLOCK_THREAD_CPUTIME_ID) : Double(Clock.now().nanoseconds)
  try body()
  return (cpu ? time(CLOCK_THREAD_CPUTIME_ID) : Double(Clock.now().nanoseconds)) - start
}

/// Nanoseconds that all threads of this process have worked.
func processorTime() -> Double { time(CLOCK_PROCESS_CPUTIME_ID) }

private func time(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Times that were measured one by one.
struct Samples {
  private(set) var values: [Double] = []

  mutating func append(_ value: Double) { values.append(value) }
  mutating func append(contentsOf more: [Double]) { values += more }

  /// The value below which that share of them lies.
  func quantile(_ share: Double) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]
  }

  var median: Double { quantile(0.5) }
}

/// Measures two things in turns, so that what drifts, drifts under both.
func interleaved(_ rounds: Int, _ first: () throws -> Double, _ second: () throws -> Double) rethrows -> (
  first: Samples, second: Samples
) {
  var samples = (first: Samples(), second: Samples())
  for _ in 0..<rounds {
    samples.first.append(try first())
    samples.second.append(try second())
  }
  return samples
}
