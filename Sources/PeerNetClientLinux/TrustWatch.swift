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

extension HomeFolder {
  /// Another process, such as the command line, may pair and unpair while a node runs.
  ///
  /// The list is watched from a second after this is called, and then reported once, in case it has changed until then.
  /// When a watch ends, the kernel holds the process for some 12 ms: a program that only makes a call is spared that.
  public func trustChanges() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let watching = Task { [path] in
        try await Task.sleep(for: .seconds(1))
        let changes = Self.changes(ofTrustIn: path)
        continuation.yield()
        for await _ in changes { continuation.yield() }
        continuation.finish()
      }
      continuation.onTermination = { _ in watching.cancel() }
    }
  }

  /// Ends at once when the folder cannot be watched.
  private static func changes(ofTrustIn folder: String) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      guard let watch = TrustWatch(folder: folder, name: "trust", onChange: { continuation.yield() }) else {
        return continuation.finish()
      }
      continuation.onTermination = { _ in _ = watch }
    }
  }
}
