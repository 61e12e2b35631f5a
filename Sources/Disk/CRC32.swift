/// The cyclic redundancy check of Ethernet and zlib, by which U-Boot knows an environment of its own.
enum CRC32 {
  /// Bit by bit: a table would weigh more than the few kilobytes that are ever checked.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { bytes in
      var remainder = UInt32.max
      for byte in bytes {
        remainder ^= UInt32(byte)
        var bit = 0
        while bit < 8 {
          remainder = remainder >> 1 ^ (remainder & 1 &* 0xEDB8_8320)
          bit &+= 1
        }
      }
      return ~remainder
    }
  }
}
