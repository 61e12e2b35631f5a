import Dispatch
import Linux

/// Tells when a file of a folder was replaced, by whichever process.
///
/// Dispatch does not say so, but its sources may be used from any thread.
final class TrustWatch: @unchecked Sendable {
  private let source: any DispatchSourceRead

  /// Nil when the folder cannot be watched.
  ///
  /// - Parameter onChange: called from a queue of the system's.
  init?(folder: String, name: String, onChange: @escaping @Sendable () -> Void) {
    // Read on the source's queue alone.
    final class Watch: @unchecked Sendable {
      let files: FileWatch
      init(_ folder: String) throws(Errno) { files = try FileWatch(folder: Array(folder.utf8)) }
    }
    guard let watch = try? Watch(folder) else { return nil }
    let source = DispatchSource.makeReadSource(fileDescriptor: watch.files.descriptor.number)
    source.setEventHandler {
      guard let events = try? watch.files.read() else { return }
      let isOurs = events.contains { event in
        switch event {
        case .changed(let changed): changed == Array(name.utf8)
        case .lost, .folderGone: true
        }
      }
      if isOurs { onChange() }
    }
    // The descriptor must outlive the source.
    source.setCancelHandler { _ = watch }
    source.resume()
    self.source = source
  }

  deinit { source.cancel() }
}
