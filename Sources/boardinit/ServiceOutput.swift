import Linux
import PeerNet
import Reactor
import Supervision

/// What a service writes, as lines of the log. The pipe outlives the service's restarts, so no end of it is ever seen.
final class ServiceOutput {
  private static var chunk: Int { 4096 }

  /// Where the service writes to.
  let writing: Int32
  private let name: [UInt8]
  private let pipe: Linux.Pipe
  private let reactor: Reactor
  private let journal: Journal
  private var registration: Reactor.Registration?
  private var buffer = LineBuffer()
  private var budget = LineBudget()

  init(_ name: [UInt8], reactor: Reactor, journal: Journal) throws(Errno) {
    self.name = name
    self.reactor = reactor
    self.journal = journal
    let pipe = try Linux.Pipe()
    try pipe.reading.setNonBlocking()
    let reading = pipe.reading.number
    writing = pipe.writing.number
    self.pipe = consume pipe
    registration = try reactor.register(reading, for: .readable) { _ in self.read() }
  }

  /// Takes a bounded piece; the loop comes back for more.
  func read() {
    var room = [UInt8](repeating: 0, count: ServiceOutput.chunk)
    var left = 16
    while left > 0 {
      left -= 1
      let outcome: ReadOutcome
      do throws(Errno) {
        outcome = try room.withUnsafeMutableBufferPointer { (bytes) throws(Errno) in
          try pipe.reading.read(into: UnsafeMutableRawBufferPointer(bytes))
        }
      } catch {
        return
      }
      guard case .bytes(let count) = outcome else { return }
      for line in buffer.take(room.prefix(count)) { write(line) }
    }
  }

  /// The service has ended: what it wrote last is a line, whole or not.
  func finish() {
    read()
    if let line = buffer.rest() { write(line) }
  }

  /// Ends the watch.
  func close() {
    if let registration { reactor.deregister(registration) }
    registration = nil
  }

  private func write(_ line: [UInt8]) {
    // The agent itself limits lines that peers can provoke. Its lines about changes of the board must not be lost among
    // those of other services.
    let mustStay = name == [UInt8]("agent") && LogLine.isNotice(line)
    let (isAllowed, dropped) = budget.take(at: Clock.now(), mustStay: mustStay)
    guard isAllowed else { return }
    if dropped > 0 {
      var text = name + [UInt8](" wrote too much: ")
      text.append(decimal: dropped)
      journal.write(isWarning: true, text + [UInt8](" lines are left out"))
    }
    journal.write(LogLine(name: name, line))
  }
}
