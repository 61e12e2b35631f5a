/// The cyclic redundancy check of Ethernet and zlib, by which U-Boot knows an environment of its own.
enum CRC32 {
  /// Four bits at a time: a whole table would weigh more than the few kilobytes that are ever checked.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let table = (0..<16).map { index in
      (0..<4).reduce(UInt32(index)) { remainder, _ in remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
    return bytes.withUnsafeBufferPointer { bytes in
      var remainder = UInt32.max
      for byte in bytes {
        remainder ^= UInt32(byte)
        remainder = remainder >> 4 ^ table[Int(remainder & 15)]
        remainder = remainder >> 4 ^ table[Int(remainder & 15)]
      }
      return ~remainder
    }
  }
}
