import Logging
import MetricsTestKit
import PeerNetClientLinux
import PeerNetService
import ServiceLifecycleTestKit
import Testing

/// Runs what the cookbook shows of logging, counting and a service's life.
@Suite struct OperationTests {
  @Test func aServiceLogsCountsAndEnds() async throws {
    let (metrics, log) = (TestMetrics(), Log())
    let node = try configureForOperation(MemoryStore(), metrics, log, port: 0, interfaces: ["lo"])
    try await testGracefulShutdown { trigger in
      let running = Task { try await runAsService(node, Logger(label: "service")) }
      try await log.shown.wait(for: "info: started")
      #expect(await node.port != nil)
      await #expect(throws: PeerNetError.untrustedPeer) { _ = try await node.call(CookbookTests.fresh, "lamp.toggle") }
      #expect(metrics.counterTotal(label: "peernet.calls") == 1)
      trigger.triggerGracefulShutdown()
      try await running.value
    }
    #expect(log.shown.lines.contains("info: stopped"))
    #expect(await node.publicKey == nil)
  }
}

/// A log handler that keeps what it is given.
private struct Log: LogHandler {
  let shown = Shown()
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { shown.show("\(event.level): \(event.message)") }
}
