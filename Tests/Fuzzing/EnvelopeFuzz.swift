import ETF

@testable import PeerNet

/// An envelope or a hello that reads is written and read as the same; a chunked stream of plaintexts never traps.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  if let hello = try? Hello(decoding: input) {
    guard (try? Hello(decoding: hello.encoded())) == hello else { fatalError("another hello") }
  }
  guard let term = try? Term.decode(input) else { return 0 }
  for wire in [Wire.one, .two] {
    guard let envelope = Envelope(term, wire: wire), envelope != .bye(.unknown) else { continue }
    guard let again = try? Term.decode(envelope.term.encoded()), Envelope(again, wire: wire) == envelope else {
      fatalError("another envelope")
    }
    if case .call(_, _, let arguments) = envelope {
      _ = RemoteProcedure.parse(arguments, tag: "rpc")
    }
  }
  return 0
}
