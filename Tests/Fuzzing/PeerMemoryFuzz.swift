import PeerNet

/// What is remembered and written reads back the same, and is written the same again.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  if let endpoint = Endpoint(text: input) {
    guard Endpoint(text: endpoint.text) == endpoint else { fatalError("another endpoint") }
  }
  guard let memory = try? PeerMemory.parse(input) else { return 0 }
  let text = memory.serialize()
  // A file at the size limit may grow past it: what was abbreviated is written in full.
  guard text.count <= PeerMemory.maximumBytes else { return 0 }
  guard let again = try? PeerMemory.parse(text), again.peers == memory.peers, again.serialize() == text else {
    fatalError("another memory")
  }
  return 0
}
