@testable import PeerNet

/// However a stream is cut into reads, the same frames come out, and no more is kept than a partial frame.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let step = input.first else { return 0 }
  let stream = Array(input[1...])
  let whole = frames(stream, step: stream.count)
  guard frames(stream, step: Int(step) + 1) == whole else { fatalError("the cut matters") }
  return 0
}

/// The bodies, and `nil` at the end when the stream was refused.
private func frames(_ stream: [UInt8], step: Int) -> [[UInt8]?] {
  var reader = FrameReader()
  var bodies: [[UInt8]?] = []
  var rest = stream[...]
  while !rest.isEmpty {
    let piece = Array(rest.prefix(max(step, 1)))
    rest = rest.dropFirst(piece.count)
    piece.withUnsafeBytes { reader.append($0) }
    do {
      while let range = try reader.next(maximum: WireFormat.maximumHandshakeFrame) {
        bodies.append(Array(reader.buffer[range]))
      }
    } catch {
      return bodies + [nil]
    }
    reader.discardRead()
    guard reader.buffer.count < WireFormat.header + WireFormat.maximumHandshakeFrame else {
      fatalError("too much kept")
    }
  }
  return bodies
}
