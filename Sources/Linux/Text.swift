import CLinux

/// The bytes of a C string, without its NUL.
func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
  UnsafeRawBufferPointer(start: text, count: clinux_length(text)).map { $0 }
}

/// `value` in decimal digits.
func decimal(_ value: UInt64) -> [UInt8] {
  var digits: [UInt8] = []
  var rest = value
  repeat {
    digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
    rest /= 10
  } while rest > 0
  return digits.reversed()
}

/// The number that `digits` write in decimal; nil when they are none, hold anything else, or overflow.
func parseDecimal(_ digits: some Sequence<UInt8>) -> UInt64? {
  var value: UInt64 = 0
  var any = false
  for digit in digits {
    guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
    let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = scaled.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
    if overflow || carry { return nil }
    value = sum
    any = true
  }
  return any ? value : nil
}

/// Calls `body` with `text` as a C string. Text that holds a NUL names nothing and is refused.
func withCString<Result>(
  _ operation: StaticString, _ text: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
) throws(Errno) -> Result {
  if text.contains(0) { throw Errno(operation, .invalidArgument) }
  let terminated = text + [0]
  return terminated.withUnsafeBytes { buffer in
    body(buffer.baseAddress!.assumingMemoryBound(to: CChar.self))
  }
}
