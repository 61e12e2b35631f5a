import Basics
import CLinux

/// A refusal by the kernel or the C library: which operation failed, and why.
public struct Errno: Error, Equatable, Sendable {
  /// The error number, as in errno(3).
  public struct Code: Hashable, Sendable {
    /// The number as the kernel gives it.
    public let number: Int32

    /// Any number; the named ones are those that somebody looks at.
    public init(number: Int32) { self.number = number }

    init(_ name: clinux_error) { number = clinux_error_number(name) }

    /// EAGAIN
    public static var tryAgain: Code { Code(CLINUX_EAGAIN) }
    /// EINVAL
    public static var invalidArgument: Code { Code(CLINUX_EINVAL) }
    /// ENOENT
    public static var noSuchFile: Code { Code(CLINUX_ENOENT) }
    /// EEXIST
    public static var exists: Code { Code(CLINUX_EEXIST) }
    /// EMFILE
    public static var tooManyDescriptors: Code { Code(CLINUX_EMFILE) }
    /// ENFILE
    public static var tooManyDescriptorsInSystem: Code { Code(CLINUX_ENFILE) }
    /// ENOBUFS
    public static var noBufferSpace: Code { Code(CLINUX_ENOBUFS) }
    /// ENOMEM
    public static var noMemory: Code { Code(CLINUX_ENOMEM) }
    /// ECONNABORTED
    public static var connectionAborted: Code { Code(CLINUX_ECONNABORTED) }
    /// ECONNREFUSED
    public static var connectionRefused: Code { Code(CLINUX_ECONNREFUSED) }
    /// ECONNRESET
    public static var connectionReset: Code { Code(CLINUX_ECONNRESET) }
    /// EPIPE
    public static var brokenPipe: Code { Code(CLINUX_EPIPE) }
    /// ETIMEDOUT
    public static var timedOut: Code { Code(CLINUX_ETIMEDOUT) }
    /// EINPROGRESS
    public static var inProgress: Code { Code(CLINUX_EINPROGRESS) }
    /// EFBIG
    public static var fileTooLarge: Code { Code(CLINUX_EFBIG) }
    /// ENOSPC
    public static var noSpace: Code { Code(CLINUX_ENOSPC) }
    /// EAFNOSUPPORT
    public static var addressFamilyNotSupported: Code { Code(CLINUX_EAFNOSUPPORT) }
    /// EADDRNOTAVAIL
    public static var addressNotAvailable: Code { Code(CLINUX_EADDRNOTAVAIL) }
    /// EPERM
    public static var notPermitted: Code { Code(CLINUX_EPERM) }
    /// ENODEV
    public static var noSuchDevice: Code { Code(CLINUX_ENODEV) }
    /// EIO
    public static var inputOutput: Code { Code(CLINUX_EIO) }
    /// EPROTO
    public static var protocolError: Code { Code(CLINUX_EPROTO) }
    /// ECHILD
    public static var noChild: Code { Code(CLINUX_ECHILD) }
    /// ENAMETOOLONG
    public static var nameTooLong: Code { Code(CLINUX_ENAMETOOLONG) }
    /// What ``readFile(_:limit:mustBeRegular:)`` finds in a folder's, FIFO's or device's place.
    static var notRegularFile: Code { Code(number: .max) }
    /// EOVERFLOW
    public static var overflow: Code { Code(CLINUX_EOVERFLOW) }
  }

  /// The system call or step that failed, such as `connect`.
  public let operation: StaticString
  /// What the kernel gave as the reason.
  public let code: Code

  /// For an error that is told otherwise than by errno.
  public init(_ operation: StaticString, _ code: Code) {
    self.operation = operation
    self.code = code
  }

  /// Two refusals are equal when the kernel gave the same reason, whatever was being done.
  public static func == (one: Errno, other: Errno) -> Bool { one.code == other.code }

  /// `connect: Connection refused`, as UTF-8.
  public var text: [UInt8] {
    var text = operation.withUTF8Buffer { Array($0) }
    text += [UInt8(ascii: ":"), UInt8(ascii: " ")]
    if let known = clinux_error_text(code.number) {
      text += bytes(of: known)
    } else {
      text += [UInt8]("error ".utf8)
      text.append(decimal: code.number.magnitude)
    }
    return text
  }
}

/// What a C call returned, or the error that its negative result stands for.
@discardableResult
func check(_ operation: StaticString, _ result: Int32) throws(Errno) -> Int32 {
  if result < 0 { throw Errno(operation, Errno.Code(number: 0 &- result)) }
  return result
}

@discardableResult
func check(_ operation: StaticString, _ result: Int) throws(Errno) -> Int {
  if result < 0 { throw Errno(operation, Errno.Code(number: Int32(truncatingIfNeeded: 0 &- result))) }
  return result
}

/// Like ``check(_:_:)``, with nil where the call would have blocked.
func checkReady(_ operation: StaticString, _ result: Int) throws(Errno) -> Int? {
  if result == -Int(Errno.Code.tryAgain.number) { return nil }
  return try check(operation, result)
}
