import Glibc

@testable import Provisioning

/// A disk in memory that was full of old data, and that can be told to misbehave.
final class MemoryDisk: DiskTarget {
  static let oldByte: UInt8 = 0xa5
  private static let zeros = [UInt8](repeating: 0, count: 1 << 20)

  /// By MiB; what is not there was never written.
  var written: [Int: [UInt8]] = [:]
  /// Each write's MiB, in order, each once in a row.
  var order: [Int] = []
  var syncs = 0
  /// The largest piece that is taken or given at once.
  var piece = 1 << 20
  /// The write after that many fails with this error.
  var failure: (after: Int, error: SystemError)?
  /// Reads of that MiB are wrong in one bit.
  var rotten: Int?
  private var writes = 0

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    let (index, start) = offset.quotientAndRemainder(dividingBy: 1 << 20)
    let count = min(piece, buffer.count, (1 << 20) - start)
    if let bytes = written[index] {
      buffer.copyBytes(from: bytes[start..<start + count])
    } else {
      memset(buffer.baseAddress!, Int32(Self.oldByte), count)
    }
    if rotten == index && start == 0 { buffer[0] ^= 1 }
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
    if let failure, writes >= failure.after { throw failure.error }
    writes += 1
    let (index, start) = offset.quotientAndRemainder(dividingBy: 1 << 20)
    let count = min(piece, bytes.count, (1 << 20) - start)
    if count == Self.zeros.count, memcmp(bytes.baseAddress!, Self.zeros, count) == 0 {
      // One for all of them: there are many.
      written[index] = Self.zeros
    } else {
      written[index, default: [UInt8](repeating: Self.oldByte, count: 1 << 20)]
        .replaceSubrange(start..<start + count, with: bytes[..<count])
    }
    if order.last != index { order.append(index) }
    return count
  }

  func sync() throws(SystemError) { syncs += 1 }

  func dropCache() throws(SystemError) {}
}
