import CoreMetrics
import Logging
import PeerNetClientLinux
import PeerNetService
import ServiceLifecycle
import UnixSignals

func configureForOperation(
  _ store: any PeerStore, _ metrics: any MetricsFactory, _ handler: any LogHandler, port: UInt16, interfaces: [String]
) throws -> PeerNode {
  var logger = Logger(label: "garden") { _ in handler }
  logger.logLevel = .debug
  var configuration = PeerNode.Configuration(store: store)
  configuration.network = Network(listen: .any(port: port), interfaces: interfaces)
  configuration.logger = logger
  configuration.metrics = metrics
  let node = try PeerNode(configuration)
  // not shown
  return node
}

func runAsService(_ node: PeerNode, _ logger: Logger) async throws {
  let group = ServiceGroup(
    services: [node], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
  try await group.run()
}
