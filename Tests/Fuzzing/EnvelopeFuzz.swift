import ETF

@testable import PeerNet

/// An envelope is read from the bytes just as from the term that they hold, and written as that term; a chunked stream of
/// plaintexts never traps.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  if let hello = try? Hello(decoding: input) {
    guard (try? Hello(decoding: hello.encoded())) == hello else { fatalError("another hello") }
  }
  let canonical = (try? Term.decode(input)).map { $0.encoded() }
  for wire in [Wire.one, .two] {
    let envelope = read(input, wire)
    guard envelope == canonical.flatMap({ read($0, wire) }) else { fatalError("another envelope") }
    guard let envelope, envelope != .bye(.unknown) else { continue }
    guard envelope.encoded() == canonical else { fatalError("other bytes") }
    if case .call(_, _, let arguments) = envelope {
      _ = RemoteProcedure.parse(arguments, tag: "rpc")
    }
  }
  return 0
}

private func read(_ bytes: [UInt8], _ wire: Wire) -> Envelope? {
  do { return try Envelope(decoding: bytes.span, wire: wire) } catch { return nil }
}
