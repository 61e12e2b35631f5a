import CLinux

/// The arguments that this process was started with, its own name first.
///
/// Embedded Swift has no `CommandLine`; this serves both builds.
public func processArguments() -> [[UInt8]] {
  (0..<clinux_argument_count()).map { index in
    guard let text = clinux_argument(index) else { return [] }
    return Array(UnsafeBufferPointer(start: text, count: clinux_length(text))).map { UInt8(bitPattern: $0) }
  }
}
