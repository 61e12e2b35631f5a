import Disk

/// A copy of slot.env that decodes says the same when it is written again, and boards that find any two copies boot some
/// slot and go on counting. The input is a copy behind its size and its checksum, which are made right, and then another.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  _ = try? SlotEnvironment(decoding: input)
  let first = copy(input.prefix(input.count / 2))
  let second = copy(input.dropFirst(input.count / 2))
  for bytes in [first, second] {
    guard let environment = try? SlotEnvironment(decoding: bytes) else { continue }
    guard let again = try? SlotEnvironment(decoding: environment.encode()), again == environment else {
      fatalError("another environment")
    }
  }
  var pair = SlotEnvironmentPair(first: first, second: second)
  for _ in 0..<6 {
    let before = pair.current
    let choice = BootChoice.choose(pair) { _ in true }
    guard let update = choice.update else { break }
    guard let before, update.environment.generation == before.generation + 1, update.copy == pair.copyInForce?.other
    else { fatalError("another copy") }
    // Of the highest generation there is none to follow.
    if update.environment.generation > Int32.max { break }
    let kept = update.copy == .first ? second : first
    pair = SlotEnvironmentPair(
      first: update.copy == .first ? update.bytes : kept, second: update.copy == .second ? update.bytes : kept)
    guard pair.current == update.environment || pair.current == nil else { break }
  }
  return 0
}

private func copy(_ lines: ArraySlice<UInt8>) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, 0, 0] + lines.prefix(SlotEnvironment.byteCount - 4)
  bytes += [UInt8](repeating: 0, count: SlotEnvironment.byteCount - bytes.count)
  var remainder = UInt32.max
  for byte in bytes[4...] {
    remainder ^= UInt32(byte)
    for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 &* 0xEDB8_8320) }
  }
  for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: ~remainder >> UInt32(8 * index)) }
  return bytes
}
