import Admin
import CGpiod
import Linux

/// The chips as libgpiod shows them.
final class LibgpiodChips: GPIOChips {
  init() {}

  var debounces: Bool { cgpiod_debounces() }

  var clock: UInt64 { cgpiod_clock() }

  func scan() -> [GPIOChip] {
    var chips: [GPIOChip] = []
    for number in 0..<UInt32(CGPIOD_CHIPS) {
      var chip: OpaquePointer?
      guard cgpiod_chip_open(number, &chip) == 0, let chip else { continue }
      let label = name { cgpiod_chip_label(chip, $0) }
      // What the profile cannot name need not be looked at.
      let count = min(cgpiod_chip_lines(chip), 65_536)
      let lines = (0..<count).map { offset in
        name { _ = cgpiod_chip_line(chip, offset, $0, nil) }
      }
      chips.append(GPIOChip(number: number, label: label, lines: lines))
      cgpiod_chip_close(chip)
    }
    return chips
  }

  func hold(_ request: GPIORequest) throws(GPIOLineError) -> any GPIOHold {
    var asked = cgpiod_request()
    asked.chip = request.chip
    asked.offset = request.offset
    asked.active_low = request.activeLow
    asked.output = request.direction == .output
    asked.edges = request.edges
    asked.debounce_us = request.debounce &* 1000
    asked.bias =
      switch request.bias {
      case .asIs: CGPIOD_AS_IS
      case .disable: CGPIOD_DISABLE
      case .pullUp: CGPIOD_PULL_UP
      case .pullDown: CGPIOD_PULL_DOWN
      }
    asked.value =
      switch request.initialValue {
      case .keep: -1
      case .value(let value): value ? 1 : 0
      }
    var line: OpaquePointer?
    let result = cgpiod_line_request(&asked, &line)
    if let line, result == 0 { return LibgpiodHold(line) }
    if result == -EBUSY { throw .busy(consumer(of: request)) }
    throw .failed(Errno("request", Errno.Code(number: -result)))
  }

  private func consumer(of request: GPIORequest) -> [UInt8] {
    var chip: OpaquePointer?
    guard cgpiod_chip_open(request.chip, &chip) == 0, let chip else { return [] }
    defer { cgpiod_chip_close(chip) }
    return name { _ = cgpiod_chip_line(chip, request.offset, nil, $0) }
  }

  private func name(_ read: (UnsafeMutablePointer<CChar>) -> Void) -> [UInt8] {
    var text = [CChar](repeating: 0, count: Int(CGPIOD_NAME_SIZE))
    text.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { read(start) }
    }
    return text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }
}

private final class LibgpiodHold: GPIOHold {
  private let line: OpaquePointer

  init(_ line: OpaquePointer) {
    self.line = line
  }

  deinit {
    cgpiod_line_release(line)
  }

  var descriptor: Int32 { cgpiod_line_descriptor(line) }

  func value() throws(GPIOLineError) -> Bool {
    try check("read", cgpiod_line_get(line)) == 1
  }

  func set(_ value: Bool) throws(GPIOLineError) {
    _ = try check("write", cgpiod_line_set(line, value ? 1 : 0))
  }

  func nextEdge() throws(GPIOLineError) -> GPIOEdge? {
    var edge = cgpiod_edge()
    guard try check("read edge", cgpiod_line_next_edge(line, &edge)) == 1 else { return nil }
    return GPIOEdge(to: edge.active, at: edge.nanoseconds)
  }

  private func check(_ operation: StaticString, _ result: Int32) throws(GPIOLineError) -> Int32 {
    guard result >= 0 else { throw .failed(Errno(operation, Errno.Code(number: -result))) }
    return result
  }
}
