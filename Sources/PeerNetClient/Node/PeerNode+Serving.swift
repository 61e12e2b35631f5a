import CoreMetrics
import ETF
import Logging
import PeerNet

// What peers may ask of us.
extension PeerNode {
  /// Answers a peer's call with a term. For a message the result is dropped; and so are messages while thousands of
  /// handlers are at work.
  ///
  /// A ``HandlerError`` or ``PeerNetError/remote(_:)`` gives the peer that reason; whatever else is thrown is logged, and
  /// the peer is told `handler_crash` and nothing more. Its task is cancelled when the node stops.
  public typealias Handler = @Sendable (_ request: Request) async throws -> Term

  struct ExposedHandler {
    let access: Access
    let isRemoteProcedure: Bool
    let limit: Int
    let body: Handler

    func expose(_ name: [UInt8], on node: Node) {
      node.expose(name, access: access, isRemoteProcedure: isRemoteProcedure, limit: limit)
    }
  }

  /// Handlers at work beyond which messages are dropped.
  static let maximumServed = 4_096

  /// The node that the current task is a handler of.
  @TaskLocal static var served: ObjectIdentifier?

  /// Exposes a name to the peers that may use it. Nothing is reachable that was not exposed.
  ///
  /// - Parameters:
  ///   - access: who may use it: by default those whose trust line allows the name.
  ///   - isRemoteProcedure: whether `beam_admin` reaches it, too: `wifi.restart` as `Wifi.restart` from Elixir. The
  ///     arguments are a list then.
  ///   - limit: requests at work at once; more are refused as busy.
  public func expose(
    _ name: String, access: Access = .granted, isRemoteProcedure: Bool = false, limit: Int = 16,
    handler: @escaping Handler
  ) {
    let exposed = ExposedHandler(
      access: access, isRemoteProcedure: isRemoteProcedure, limit: limit, body: handler)
    handlers[Array(name.utf8)] = exposed
    perform { node, _ in exposed.expose(Array(name.utf8), on: node) }
  }

  /// Takes a name back. What is at work goes on.
  public func revoke(_ name: String) {
    handlers[Array(name.utf8)] = nil
    perform { node, _ in node.revoke(Array(name.utf8)) }
  }

  func serve(_ request: Request) {
    guard let handler = handlers[request.name] else { return }
    // Calls are bounded by the protocol; of messages a peer may send any number while their handlers are slow.
    guard request.token != nil || serving.count < Self.maximumServed else {
      metrics?.requests["refused"]?.increment()
      logger.debug("dropped a message", metadata: ["name": .name(request.name), "peer": .name(request.label)])
      return
    }
    lastServed += 1
    let id = lastServed
    serving[id] = Self.$served.withValue(ObjectIdentifier(self)) {
      Task {
        let reply = await answer(request, handler.body)
        serving[id] = nil
        guard let token = request.token else { return }
        perform { $0.reply(token, reply, now: $1) }
      }
    }
  }

  private func answer(_ request: Request, _ handler: Handler) async -> Reply {
    do {
      let value = try await handler(request)
      guard !value.isNested(deeperThan: Term.maximumDepth) else {
        throw HandlerError(code: "too_large", message: "the answer is nested too deep")
      }
      metrics?.requests["answered"]?.increment()
      return .ok(value)
    } catch PeerNetError.remote(let reason) {
      metrics?.requests["error"]?.increment()
      return .error(reason)
    } catch let refusal as HandlerError {
      metrics?.requests["error"]?.increment()
      return .error(refusal.reason)
    } catch {
      metrics?.requests["failed"]?.increment()
      logger.error(
        "a handler failed",
        metadata: ["name": .name(request.name), "peer": .name(request.label), "error": "\(error)"])
      return .error(.atom("handler_crash"))
    }
  }
}
