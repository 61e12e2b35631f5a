import Glibc

/// What the calling thread can have for itself, so that a test may break it without harm to the others.
public enum Namespaces {
  /// Whether tests may have them. Where not, tests that need them are skipped and say so; but root in continuous
  /// integration, where CI is set, must have them, or the tests fail.
  public static let areAllowed =
    (geteuid() == 0 && getenv("CI") != nil) || onThread { unshare(newNetwork | newMounts) }

  /// A network of its own, with nothing in it but a loopback interface that is down.
  public static func unshareNetwork() -> Bool { unshare(newNetwork) }

  /// Mounts of its own: what is mounted from now on is the thread's alone.
  public static func unshareMounts() -> Bool {
    unshare(newMounts) && mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0
  }

  /// A descriptor table of its own, empty but for 0, 1 and 2. Needs no privilege.
  public static func unshareDescriptors() -> Bool {
    guard let symbol = dlsym(nil, "close_range") else { return false }
    typealias CloseRange = @convention(c) (UInt32, UInt32, Int32) -> Int32
    return unshare(0x400) && unsafeBitCast(symbol, to: CloseRange.self)(3, .max, 0) == 0
  }

  /// The calling thread's number, by which others name its namespaces.
  public static var thread: Int32 {
    guard let symbol = dlsym(nil, "gettid") else { return 0 }
    return unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
  }

  private static let newNetwork: Int32 = 0x4000_0000
  private static let newMounts: Int32 = 0x20000

  /// unshare(2), which the Glibc module leaves out.
  private static func unshare(_ flags: Int32) -> Bool {
    guard let symbol = dlsym(nil, "unshare") else { return false }
    return unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)(flags) == 0
  }
}
