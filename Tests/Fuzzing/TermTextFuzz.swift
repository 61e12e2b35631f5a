import ETF

/// What parses is written as printable ASCII that parses to the same term; what decodes is written as text that parses,
/// unless a limit cut it.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  for term in [try? TermText.parse(input), try? Term.decode(input)] {
    guard let term else { continue }
    let text = TermText.write(term)
    guard text.allSatisfy({ 0x20...0x7E ~= $0 }) else { fatalError("unprintable text") }
    guard text.count < TermText.Limits().length else { continue }
    guard let again = try? TermText.parse(text), again == term else {
      fatalError("text does not read back: \(String(decoding: text, as: UTF8.self))")
    }
  }
  return 0
}
