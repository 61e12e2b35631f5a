import Linux

/// Bytes that wait to be sent. Large pieces are kept as they came, small ones gathered.
struct OutboundQueue {
  private static var gathered: Int { 16 * 1024 }

  private var chunks: [[UInt8]] = []
  /// The first chunk that is not sent, and how much of it is.
  private var head = 0
  private var offset = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Takes `bytes` from `start` on.
  mutating func append(_ bytes: [UInt8], from start: Int = 0) {
    let added = bytes.count - start
    guard added > 0 else { return }
    count += added
    if chunks.isEmpty {
      chunks.append(bytes)
      offset = start
    } else if let last = chunks.indices.last, chunks[last].count + added <= OutboundQueue.gathered {
      chunks[last].append(contentsOf: bytes[start...])
    } else {
      chunks.append(start == 0 ? bytes : Array(bytes[start...]))
    }
  }

  /// Shows `body` the first bytes; nil when there are none.
  func withFirst(_ body: (UnsafeRawBufferPointer) throws(Errno) -> Int?) throws(Errno) -> Int? {
    guard head < chunks.count else { return nil }
    return try chunks[head].withUnsafeBufferPointer { (chunk) throws(Errno) in
      try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: chunk[offset...])))
    }
  }

  /// Forgets `sent` bytes of what ``withFirst(_:)`` showed.
  mutating func dropFirst(_ sent: Int) {
    count -= sent
    offset += sent
    guard offset == chunks[head].count else { return }
    offset = 0
    chunks[head] = []
    head += 1
    if head == chunks.count {
      chunks = []
      head = 0
    } else if head >= 64 {
      chunks.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() { self = OutboundQueue() }
}
