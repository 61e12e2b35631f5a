import Disk
import Sodium

/// What each MiB of a board's disk must hold.
struct BlockMap {
  /// The hash of each MiB with data in it; nil where the image has zeros.
  private(set) var hashes: [Digest?] = []

  mutating func append(_ chunk: ImageSource.Chunk) {
    switch chunk {
    case .zeros: hashes.append(nil)
    case .data(let bytes): hashes.append(SHA256.hash(bytes))
    }
  }

  /// The MiB that hold data.
  var data: [Int] { hashes.indices.filter { hashes[$0] != nil } }

  /// The MiB that must read as zeros whatever the disk held before: wherever something is looked for without a length that
  /// says how far it goes. That is everywhere but behind what stands in a slot. An empty slot's first MiB counts: a system
  /// that was there once must not be started.
  var zeros: [Int] {
    let behindSlots = [Slot.a, .b].map { slot in
      let region = DiskLayout.slot(slot)
      let first = Int(region.offset) / ImageSource.chunkBytes
      let end = first + Int(region.byteCount) / ImageSource.chunkBytes
      let last = (first..<end).last { hashes[$0] != nil } ?? first
      return last + 1..<end
    }
    return hashes.indices.filter { index in hashes[index] == nil && !behindSlots.contains { $0.contains(index) } }
  }
}
