import ETF

/// What decodes encodes to bytes that decode to the same term and encode to the same bytes, in either form of atoms.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let term = try? Term.decode(input) else { return 0 }
  for atoms: EncodingOptions.AtomEncoding in [.utf8, .latin1] {
    let bytes = term.encoded(options: .init(atoms: atoms))
    guard let again = try? Term.decode(bytes), again == term, again.encoded(options: .init(atoms: atoms)) == bytes
    else {
      fatalError("not stable: \(bytes)")
    }
  }
  return 0
}
