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

  /// What came of a handler.
  private enum Answer: Sendable {
    case value(Term)
    case refusal(Term)
    case failure(any Error)
  }

  func serve(_ request: Request) {
    guard let handler = handlers[request.name] else { return }
    // Calls are bounded by the protocol; of messages a peer may send any number while their handlers are slow.
    guard request.token != nil || serving.count < Self.maximumServed else {
      metrics?.requests[.refused].increment()
      logger.debug("dropped a message", metadata: ["name": .name(request.name), "peer": .name(request.label)])
      return
    }
    lastServed += 1
    let id = lastServed
    // Of its own: whose thread brings the request in, and what its task has with it, is no business of a handler's. It
    // begins where it runs, and when it has ended the executor is entered once.
    serving[id] = Task.detached { [body = handler.body] in
      let answer = await PeerNode.answer(request, body, of: ObjectIdentifier(self))
      self.transport.enter { self.assumeIsolated { $0.reply(to: request, id, answer) } }
    }
  }

  private nonisolated static func answer(
    _ request: Request, _ handler: @escaping Handler, of node: ObjectIdentifier
  ) async -> Answer {
    do {
      let value = try await PeerNode.$served.withValue(node) { try await handler(request) }
      guard !value.isNested(deeperThan: Term.maximumDepth) else {
        throw HandlerError(code: "too_large", message: "the answer is nested too deep")
      }
      return .value(value)
    } catch {
      return HandlerError.reason(toldFor: error).map(Answer.refusal) ?? .failure(error)
    }
  }

  private func reply(to request: Request, _ id: UInt64, _ answer: Answer) {
    serving[id] = nil
    let reply: Reply
    switch answer {
    case .value(let value):
      metrics?.requests[.answered].increment()
      reply = .ok(value)
    case .refusal(let reason):
      metrics?.requests[.error].increment()
      reply = .error(reason)
    case .failure(let error):
      metrics?.requests[.failed].increment()
      logger.error(
        "a handler failed",
        metadata: ["name": .name(request.name), "peer": .name(request.label), "error": "\(error)"])
      reply = .error(.atom("handler_crash"))
    }
    if let token = request.token { perform { $0.reply(token, reply, now: $1) } }
  }
}
