import Admin
import Glibc
import Linux

@testable import Hardware

/// Chips in memory, with the kernel's rules that matter here: one holder a line, active-low turned around, and a queue
/// of 16 edges that drops what comes when it is full.
final class FakeChips: GPIOChips {
  final class Line {
    let name: [UInt8]
    /// Electrical.
    var level = false
    /// Who holds it: another program, or our own hold.
    var consumer: [UInt8]?
    var activeLow = false
    var edges: [GPIOEdge] = []
    var reportsEdges = false
    var refusal: Errno?
    /// Every value that was driven, as levels.
    var driven: [Bool] = []
    fileprivate let pipe: (read: Int32, write: Int32)

    init(_ name: String) {
      self.name = Array(name.utf8)
      var ends: [Int32] = [-1, -1]
      precondition(Glibc.pipe(&ends) == 0)
      pipe = (ends[0], ends[1])
    }

    deinit {
      close(pipe.read)
      close(pipe.write)
    }
  }

  final class Chip {
    let number: UInt32
    let label: [UInt8]
    let lines: [Line]
    var isGone = false

    init(_ number: UInt32, _ label: String, _ lines: [String]) {
      self.number = number
      self.label = Array(label.utf8)
      self.lines = lines.map(Line.init)
    }
  }

  var chips: [Chip]
  var clock: UInt64 = 1_000_000_000
  let debounces: Bool
  private(set) var requests: [GPIORequest] = []
  private(set) var scans = 0

  init(_ chips: [Chip], debounces: Bool = false) {
    self.chips = chips
    self.debounces = debounces
  }

  func scan() -> [GPIOChip] {
    scans += 1
    return chips.filter { !$0.isGone }.map { chip in
      GPIOChip(number: chip.number, label: chip.label, lines: chip.lines.map(\.name))
    }
  }

  func hold(_ request: GPIORequest) throws(GPIOLineError) -> any GPIOHold {
    guard let chip = chips.first(where: { $0.number == request.chip && !$0.isGone }) else {
      throw .failed(Errno("request", .noSuchDevice))
    }
    let line = chip.lines[Int(request.offset)]
    if let consumer = line.consumer { throw .busy(consumer) }
    if let refusal = line.refusal { throw .failed(refusal) }
    requests.append(request)
    return Hold(chip, line, request)
  }

  /// The level changes, `nanoseconds` from now.
  func change(_ line: Line, to level: Bool, after nanoseconds: UInt64 = 0) {
    clock += nanoseconds
    guard line.level != level else { return }
    line.level = level
    guard line.reportsEdges, line.edges.count < 16 else { return }
    line.edges.append(GPIOEdge(to: level != line.activeLow, at: clock))
    var byte: UInt8 = 0
    precondition(write(line.pipe.write, &byte, 1) == 1)
  }

  /// The chip is unplugged: held descriptors become ready, and whatever is asked fails.
  func unplug(_ chip: Chip) {
    chip.isGone = true
    for line in chip.lines where line.reportsEdges {
      var byte: UInt8 = 0
      precondition(write(line.pipe.write, &byte, 1) == 1)
    }
  }
}

private final class Hold: GPIOHold {
  private let chip: FakeChips.Chip
  private let line: FakeChips.Line

  init(_ chip: FakeChips.Chip, _ line: FakeChips.Line, _ request: GPIORequest) {
    self.chip = chip
    self.line = line
    line.consumer = Array("peernetd".utf8)
    line.activeLow = request.activeLow
    line.reportsEdges = request.edges
    line.edges = []
    if case .value(let value) = request.initialValue { drive(value) }
  }

  deinit {
    line.consumer = nil
    line.reportsEdges = false
  }

  var descriptor: Int32 { line.pipe.read }

  func value() throws(GPIOLineError) -> Bool {
    try checkPresence("read")
    return line.level != line.activeLow
  }

  func set(_ value: Bool) throws(GPIOLineError) {
    try checkPresence("write")
    drive(value)
  }

  func nextEdge() throws(GPIOLineError) -> GPIOEdge? {
    try checkPresence("read edge")
    guard !line.edges.isEmpty else { return nil }
    var byte: UInt8 = 0
    precondition(read(line.pipe.read, &byte, 1) == 1)
    return line.edges.removeFirst()
  }

  private func drive(_ value: Bool) {
    line.level = value != line.activeLow
    line.driven.append(line.level)
  }

  private func checkPresence(_ operation: StaticString) throws(GPIOLineError) {
    if chip.isGone { throw .failed(Errno(operation, .noSuchDevice)) }
  }
}
