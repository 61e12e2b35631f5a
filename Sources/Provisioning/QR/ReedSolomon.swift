/// Error correction over GF(256) with the polynomial 0x11D, as QR codes use it.
enum ReedSolomon {
  /// The `count` codewords that follow `data`.
  static func remainder(of data: [UInt8], count: Int) -> [UInt8] {
    let generator = generator(degree: count)
    var remainder = [UInt8](repeating: 0, count: count)
    for byte in data {
      let factor = byte ^ remainder[0]
      remainder = Array(remainder.dropFirst()) + [0]
      for index in 0..<count { remainder[index] ^= multiply(generator[index], factor) }
    }
    return remainder
  }

  /// The product of (x - 2^i) for all i below the degree, without its leading 1, the highest power first.
  private static func generator(degree: Int) -> [UInt8] {
    var coefficients = [UInt8](repeating: 0, count: degree - 1) + [1]
    var root: UInt8 = 1
    for _ in 0..<degree {
      for index in 0..<degree {
        coefficients[index] = multiply(coefficients[index], root)
        if index + 1 < degree { coefficients[index] ^= coefficients[index + 1] }
      }
      root = multiply(root, 2)
    }
    return coefficients
  }

  static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var product: UInt16 = 0
    for shift in (0..<8).reversed() {
      product = product << 1 ^ (product >> 7) * 0x11d
      if right >> UInt8(shift) & 1 == 1 { product ^= UInt16(left) }
    }
    return UInt8(truncatingIfNeeded: product)
  }
}
