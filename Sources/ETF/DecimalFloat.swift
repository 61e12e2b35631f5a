import Basics

/// Decimal text to the nearest `Double`, exactly, by long arithmetic; `Double(String)` does not exist on the board.
enum DecimalFloat {
  /// `[+-]digits[.digits][e[+-]digits]`; nil for any other text and for what overflows. Blanks may stand in front.
  static func parse(_ text: Span<UInt8>) -> Double? {
    var index = 0
    while index < text.count, text[index] == 0x20 { index += 1 }
    let isNegative = index < text.count && text[index] == 0x2D
    if index < text.count, text[index] == 0x2D || text[index] == 0x2B { index += 1 }

    // value = digits × 10^exponent
    var digits = LongNumber(0)
    var exponent = 0
    var significant = 0
    var seen = false
    var afterPoint = false
    while index < text.count {
      if text[index] == 0x2E, !afterPoint, seen {
        afterPoint = true
        seen = false
      } else if let digit = decimalDigit(text[index]) {
        seen = true
        if significant > 0 || digit > 0 { significant += 1 }
        guard significant <= 800 else { return nil }
        digits.multiply(by: 10, adding: UInt32(digit))
        if afterPoint { exponent -= 1 }
      } else {
        break
      }
      index += 1
    }
    guard seen else { return nil }
    if index < text.count {
      guard text[index] == 0x65 || text[index] == 0x45 else { return nil }
      index += 1
      guard let written = parseExponent(text, from: index) else { return nil }
      exponent += written
    }
    guard let magnitude = nearest(digits, exponent: exponent, significant: significant) else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  private static func parseExponent(_ text: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    let isNegative = index < text.count && text[index] == 0x2D
    if index < text.count, text[index] == 0x2D || text[index] == 0x2B { index += 1 }
    guard index < text.count else { return nil }
    var value = 0
    while index < text.count {
      guard let digit = decimalDigit(text[index]) else { return nil }
      // Beyond this the result is zero or no number whatever the digits are.
      value = min(10 * value + digit, 100_000)
      index += 1
    }
    return isNegative ? -value : value
  }

  private static func decimalDigit(_ byte: UInt8) -> Int? { 0x30...0x39 ~= byte ? Int(byte) - 0x30 : nil }

  /// digits × 10^exponent, rounded half to even; nil when it overflows.
  private static func nearest(_ digits: LongNumber, exponent: Int, significant: Int) -> Double? {
    if significant == 0 { return 0 }
    if significant + exponent > 310 { return nil }
    if significant + exponent < -330 { return 0 }
    var numerator = digits
    var denominator = LongNumber(1)
    for _ in 0..<max(exponent, 0) { numerator.multiply(by: 10, adding: 0) }
    for _ in 0..<max(-exponent, 0) { denominator.multiply(by: 10, adding: 0) }

    // Scale by a power of two so that the quotient has 53 bits, fewer for subnormals, and 2^power times it is the value.
    var power = numerator.bitCount - denominator.bitCount - 53
    power = max(power, -1074)
    if power < 0 { numerator.shiftLeft(-power) } else { denominator.shiftLeft(power) }
    var quotient = divide(&numerator, by: denominator)
    if quotient >= 1 << 53 {
      // One bit too many: it joins the remainder, whose weight the denominator then doubles.
      if quotient & 1 == 1 { numerator.add(denominator) }
      denominator.shiftLeft(1)
      quotient >>= 1
      power += 1
    }
    numerator.shiftLeft(1)
    let half = numerator.compare(denominator)
    if half > 0 || half == 0 && quotient & 1 == 1 { quotient += 1 }
    let value = Double(sign: .plus, exponent: power, significand: Double(quotient))
    return value.isFinite ? value : nil
  }

  /// The quotient, which has at most 54 bits; the remainder stays in `numerator`.
  private static func divide(_ numerator: inout LongNumber, by denominator: LongNumber) -> UInt64 {
    var quotient: UInt64 = 0
    for bit in stride(from: 54, through: 0, by: -1) {
      var shifted = denominator
      shifted.shiftLeft(bit)
      if numerator.compare(shifted) >= 0 {
        numerator.subtract(shifted)
        quotient |= 1 << UInt64(bit)
      }
    }
    return quotient
  }
}

/// A natural number in 32-bit limbs, low first, none of the high ones zero.
private struct LongNumber {
  private var limbs: [UInt32]

  init(_ value: UInt32) { limbs = value == 0 ? [] : [value] }

  var bitCount: Int { 32 * limbs.count - (limbs.last?.leadingZeroBitCount ?? 0) }

  mutating func multiply(by factor: UInt32, adding summand: UInt32) {
    var carry = UInt64(summand)
    for index in limbs.indices {
      carry += UInt64(limbs[index]) * UInt64(factor)
      limbs[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  mutating func shiftLeft(_ count: Int) {
    multiply(by: 1 << UInt32(count % 32), adding: 0)
    if count >= 32 && !limbs.isEmpty { limbs.insert(contentsOf: [UInt32](repeating: 0, count: count / 32), at: 0) }
  }

  func compare(_ other: LongNumber) -> Int {
    if limbs.count != other.limbs.count { return limbs.count - other.limbs.count }
    for index in limbs.indices.reversed() where limbs[index] != other.limbs[index] {
      return limbs[index] < other.limbs[index] ? -1 : 1
    }
    return 0
  }

  mutating func add(_ other: LongNumber) {
    var carry: UInt64 = 0
    for index in 0..<max(limbs.count, other.limbs.count) {
      if index == limbs.count { limbs.append(0) }
      carry += UInt64(limbs[index]) + (index < other.limbs.count ? UInt64(other.limbs[index]) : 0)
      limbs[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  /// Takes off what is not larger.
  mutating func subtract(_ other: LongNumber) {
    var borrow: Int64 = 0
    for index in limbs.indices {
      let difference = Int64(limbs[index]) - (index < other.limbs.count ? Int64(other.limbs[index]) : 0) + borrow
      limbs[index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference >> 32
    }
    while limbs.last == 0 { limbs.removeLast() }
  }
}
