import CSodium

/// Bytes at one address for their whole life, wiped when the owner goes.
///
/// A secret stored inline would be left behind at every address that a move takes it from; here a move hands over
/// the pointer, and `deinit` wipes the only copy.
@usableFromInline struct SecretBytes: ~Copyable, @unchecked Sendable {
  let start: UnsafeMutablePointer<UInt8>
  let count: Int

  /// Uninitialized bytes: the caller fills them.
  init(count: Int) {
    initialize()
    start = .allocate(capacity: count)
    self.count = count
  }

  // Embedded Swift destroys values of other modules in place, so they must see this.
  @inlinable deinit { wipeAndFree() }

  @usableFromInline func wipeAndFree() {
    sodium_memzero(start, count)
    start.deallocate()
  }
}
