import Foundation

/// A script that a test writes and something else executes.
public enum ProgramFile {
  /// Writes the script with mode 0755.
  ///
  /// Another process writes it. A child that is started elsewhere in this process while the file is open for writing here
  /// would hold it open until its own exec, and until then the kernel executes the script for nobody (ETXTBSY).
  public static func write(_ text: String, to path: String) throws {
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", "printf %s \"$1\" >\"$2\" && chmod 755 \"$2\"", "sh", text, path]
    try writer.run()
    writer.waitUntilExit()
    guard writer.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
