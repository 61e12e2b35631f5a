import CLinux

/// The bytes of a C string, without its NUL.
func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
  UnsafeRawBufferPointer(start: text, count: clinux_length(text)).map { $0 }
}

/// Calls `body` with `text` as a C string. Text that holds a NUL names nothing and is refused.
func withCString<Result>(
  _ operation: StaticString, _ text: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
) throws(Errno) -> Result {
  if text.contains(0) { throw Errno(operation, .invalidArgument) }
  let terminated = text + [0]
  return terminated.withUnsafeBytes { buffer in
    body(buffer.baseAddress!.assumingMemoryBound(to: CChar.self))
  }
}
