import PeerNet

/// A key file that loads is written again as the same bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let keyPair = try? KeyFile.decode(input) else { return 0 }
  guard KeyFile.encode(keyPair) == input else { fatalError("another file") }
  return 0
}
