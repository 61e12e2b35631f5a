import Linux

/// Tells the loop of changes in one folder; see `FileWatch`.
public final class FolderWatch {
  private let reactor: Reactor
  private let watch: FileWatch
  private let handler: (FileWatch.Event) -> Void
  private var registration: Reactor.Registration?

  /// Watches until ``close()``. Throws when there is no such folder.
  public init(
    folder: [UInt8], reactor: Reactor, _ handler: @escaping (FileWatch.Event) -> Void
  ) throws(Errno) {
    self.reactor = reactor
    self.handler = handler
    watch = try FileWatch(folder: folder)
    registration = try reactor.register(watch.descriptor.number, for: .readable) { _ in self.read() }
  }

  /// Ends the watch; the handler is not called again.
  public func close() {
    if let registration { reactor.deregister(registration) }
    registration = nil
  }

  private func read() {
    guard let events = try? watch.read() else { return }
    for event in events where registration != nil { handler(event) }
  }
}
