import Admin
import ETF
import Hardware
import PeerNet
import PeerNetLinux
import Sodium

/// Serves the board's procedures: what the node lets through is admitted or refused by `Admin`, and what is admitted
/// the board carries out. An answer may come much later, from the loop.
final class ProcedureService {
  private let board: any BoardDriver
  private let node: Node
  private let transport: ReactorTransport
  private let log: Log
  private let once: OnceService
  /// Told of each call of a trusted peer that was answered.
  var onServed: (PublicKey) -> Void = { _ in }

  /// How many requests for one procedure, messages included, are at work at once. One peer may not take more places
  /// than it leaves for others.
  private static let limit = 32
  /// How many log lines a minute one peer's calls of one procedure get that changed nothing; further calls are counted.
  private static let linesOfPeerAndProcedure: Int64 = 10

  private var messages = Slots(limit: ProcedureService.limit, isFair: true)

  init(_ board: any BoardDriver, node: Node, transport: ReactorTransport, journal: OnceStore, log: Log) {
    self.board = board
    self.node = node
    self.transport = transport
    self.log = log
    once = OnceService(journal, board, log: log, now: transport.now)
    for procedure in Procedure.allCases { expose(procedure) }
  }

  private func expose(_ procedure: Procedure) {
    let isOnce = procedure.descriptor.runsAnother
    let mayBeLong = procedure.descriptor.parameters.contains { $0.mayBeLong }
    // What `agent.once` runs is held against the grants of the procedure named in it, and goes on without a connection:
    // the journal bounds it.
    node.expose(
      procedure.name.bytes,
      access: isOnce || procedure.permission(of: .none) == .full ? .anyTrusted : .grantedByArgument,
      isRemoteProcedure: true, limit: isOnce ? OnceService.limit : Self.limit, sharesFairly: true,
      endsWithConnection: isOnce, maximumArguments: mayBeLong ? Limits.argumentsOfLines : 0)
  }

  func serve(_ request: Request) {
    guard let procedure = Procedure(name: request.name) else { return }
    let asker = Asker(request)
    if asker.isCountedHere {
      guard messages.hasRoom(for: asker.peer) else {
        return tellRefusal(request, Array("busy: too many messages at once".utf8), procedure: request.name)
      }
      messages.take(asker.peer)
    }
    if procedure.descriptor.runsAnother { return serveOnce(request, asker) }
    let form: Plan.ArgumentForm =
      switch request.form {
      case .handle: .handle(request.arguments)
      case .remoteProcedure: .list(request.arguments)
      }
    let plan: Plan
    do throws(Admin.Refusal) {
      plan = try Plan.admit(procedure, form, request.permission)
    } catch {
      return refuse(request, error)
    }
    let began = transport.now
    board.carryOut(plan, for: Caller(request, at: request.connection)) { [self] outcome in
      answer(asker, procedure, outcome.asReply, began: began)
    }
  }

  private func serveOnce(_ request: Request, _ asker: Asker) {
    let began = transport.now
    do throws(Admin.Refusal) {
      try once.serve(request, now: began) { [self] reply, procedure, isRepeated in
        answer(asker, procedure, reply, began: began, isRepeated: isRepeated)
      }
    } catch {
      refuse(request, error, procedure: OnceCall.procedure(in: request.arguments))
    }
  }

  /// A connection has ended: what only waited at it gives its places back.
  func letGo(of connection: ConnectionID) { board.letGo(of: connection) }

  /// Whoever is not a peer any more leaves nothing behind.
  func forgetAll(but trust: TrustList) {
    once.forgetAll { trust.entry(for: $0) != nil }
  }

  private func answer(
    _ asker: Asker, _ procedure: Procedure, _ reply: Reply, began: Instant, isRepeated: Bool = false
  ) {
    var subject = asker.fields(procedure.name.bytes)
    var fields: [LogField] = []
    var isDone = procedure.descriptor.changesBoard && !isRepeated
    switch reply {
    case .ok: subject.append(.literal("outcome", "ok"))
    case .error(let reason):
      let text = reason.binaryBytes ?? []
      let code = Array(text.prefix { $0 != UInt8(ascii: ":") })
      // With any other code nothing was begun.
      if !code.equals("step_failed") && !code.equals("timeout") { isDone = false }
      subject.append(.bytes("outcome", code))
      fields.append(.bytes("reason", Array(text.dropFirst(code.count + 2))))
    }
    fields.append(.milliseconds("ms", transport.now - began))
    // Nothing was done for this one.
    if isRepeated { fields.append(.literal("repeated", "yes")) }
    // A peer may repeat calls that change nothing as often as it likes. Their lines must not displace those about what
    // others changed.
    let level = procedure.descriptor.changesBoard ? LogLevel.notice : .info
    if isDone {
      log.write(level, "call.served", subject + fields)
      send(reply, to: asker)
    } else {
      // Nothing was changed: the caller need not wait for the log.
      send(reply, to: asker)
      log.writeFailure(
        level, "call.served", about: subject, fields, burst: Self.linesOfPeerAndProcedure, at: transport.now)
    }
    onServed(asker.peer)
  }

  /// Restarts the board as `system.reboot` does, on nobody's behalf.
  func reboot() {
    let board = Caller(
      label: Array("board".utf8), key: node.publicKey.text, fingerprint: node.publicKey.fingerprint, grants: .none,
      wire: .two)
    self.board.carryOut(.power(PowerPlan(.reboot)), for: board) { [self] outcome in
      guard case .failed(let reason) = outcome else { return }
      log.write(.error, "reboot.failed", [.bytes("reason", reason)])
    }
  }

  /// The log names the procedure, not the handle by which the call came.
  private func refuse(_ request: Request, _ refusal: Admin.Refusal, procedure: Procedure? = nil) {
    tellRefusal(
      request, refusal.reason.atomBytes ?? refusal.reason.binaryBytes ?? [],
      procedure: procedure?.name.bytes ?? request.name)
    send(.error(refusal.reason), to: Asker(request))
  }

  private func tellRefusal(_ request: Request, _ reason: [UInt8], procedure: [UInt8]) {
    log.writeFailure(
      .notice, "call.refused", about: Asker(request).fields(procedure), [.bytes("reason", reason)],
      at: transport.now)
  }

  private func send(_ reply: Reply, to asker: Asker) {
    if asker.isCountedHere { messages.release(asker.peer) }
    // A message has no answer.
    guard let token = asker.token else { return }
    transport.perform { $0.reply(token, reply, now: transport.now) }
  }
}

/// The part of a request that is kept while the request is at work: its arguments are freed before the answer.
private struct Asker {
  let token: RequestToken?
  let peer: PublicKey
  let label: [UInt8]
  /// It takes one of the places of messages: the node does not count those, and the journal only those for it.
  let isCountedHere: Bool

  init(_ request: Request) {
    token = request.token
    isCountedHere = request.token == nil && Procedure(name: request.name)?.descriptor.runsAnother == false
    peer = request.peer
    label = request.label
  }

  func fields(_ procedure: [UInt8]) -> [LogField] {
    [.peer(peer), .bytes("label", label), .bytes("procedure", procedure)]
  }
}

extension BoardOutcome {
  var asReply: Reply {
    switch self {
    case .answered(let value): .ok(value)
    case .failed(let reason): .error(.binary(reason))
    }
  }
}

extension Caller {
  /// With the connection that it waits at, if it does.
  init(_ request: Request, at connection: ConnectionID? = nil) {
    self.init(
      label: request.label, key: request.peer.text, fingerprint: request.peer.fingerprint, grants: request.grants,
      wire: request.wire, connection: connection)
  }
}
