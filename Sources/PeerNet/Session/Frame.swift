/// `| u32 big-endian length N | N bytes |` (Protocol, Frame).
enum Frame {
  /// Appends room for a length, to be filled in by `finish` once the body stands behind it.
  @inline(__always)
  static func begin(_ buffer: inout [UInt8]) -> Int {
    let start = buffer.count
    buffer.append(0)
    buffer.append(0)
    buffer.append(0)
    buffer.append(0)
    return start
  }

  @inline(__always)
  static func finish(_ buffer: inout [UInt8], from start: Int) {
    let length = UInt32(truncatingIfNeeded: buffer.count - start - WireFormat.header)
    buffer[start] = UInt8(truncatingIfNeeded: length >> 24)
    buffer[start + 1] = UInt8(truncatingIfNeeded: length >> 16)
    buffer[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
    buffer[start + 3] = UInt8(truncatingIfNeeded: length)
  }
}

/// Cuts a byte stream into frames. Holds at most one partial frame beyond the bytes given to it last.
struct FrameReader {
  /// Received bytes; a session decrypts in place here.
  var buffer: [UInt8] = []
  private var offset = 0
  private let kept: Int

  /// A buffer of at most `kept` bytes is kept for the next message once all of it was read.
  init(kept: Int = .max) { self.kept = kept }

  /// Bytes that wait to be read.
  var heldBytes: Int { buffer.count - offset }

  /// Whether nothing waits to be read.
  var isEmpty: Bool { offset == buffer.count }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    discardRead()
    buffer.append(contentsOf: bytes)
  }

  /// The next whole frame's body in `buffer`, or nil until more bytes come.
  ///
  /// - Throws: `oversizedFrame` as soon as the length says so, before any of the body is waited for.
  mutating func next(maximum: Int) throws(SessionError) -> Range<Int>? {
    guard let range = try peek(maximum: maximum) else {
      makeRoom()
      return nil
    }
    offset = range.upperBound
    return range
  }

  /// For the whole of the frame that has begun, in one piece, and some more than the last read brings: to grow there would
  /// take the frame three times at once. What is not received yet is promised and not in use. When no frame has begun, a
  /// large buffer is given back.
  private mutating func makeRoom() {
    discardRead()
    guard let length = announcedLength else { return buffer.trimIfEmpty(above: kept) }
    let needed = WireFormat.header + length + min(length, 16_384)
    if buffer.capacity < needed { buffer.reserveCapacity(needed) }
  }

  private var announcedLength: Int? {
    guard heldBytes >= WireFormat.header else { return nil }
    return Int(buffer[offset]) << 24 | Int(buffer[offset + 1]) << 16 | Int(buffer[offset + 2]) << 8
      | Int(buffer[offset + 3])
  }

  /// The same frame, which stays in the buffer.
  func peek(maximum: Int) throws(SessionError) -> Range<Int>? {
    guard let length = announcedLength else { return nil }
    guard length <= maximum else { throw .oversizedFrame }
    guard heldBytes >= WireFormat.header + length else { return nil }
    let start = offset + WireFormat.header
    return start..<start + length
  }

  /// Makes room where bytes have been read.
  mutating func discardRead() {
    guard offset > 0 else { return }
    buffer.removeSubrange(0..<offset)
    offset = 0
  }

  /// Gives a large buffer back, unless something waits in it.
  mutating func trim() {
    discardRead()
    buffer.trimIfEmpty()
  }
}

extension [UInt8] {
  /// A buffer in use is kept for the next message; that of a connection that has fallen idle is let go.
  mutating func trimIfEmpty(above kept: Int = 2_048) {
    if isEmpty && capacity > kept { self = [] }
  }
}
