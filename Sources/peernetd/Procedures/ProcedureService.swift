import Admin
import Board
import ETF
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

  /// Requests for one procedure that are at work at once.
  private static let limit = 16

  init(_ board: any BoardDriver, node: Node, transport: ReactorTransport, journal: OnceStore, log: Log) {
    self.board = board
    self.node = node
    self.transport = transport
    self.log = log
    once = OnceService(journal, board, log: log, now: transport.now)
    // What it runs is held against the grants of the procedure named in it.
    node.expose(OnceService.name.bytes, access: .anyTrusted, isRemoteProcedure: true, limit: OnceService.limit)
    for procedure in Procedure.allCases {
      node.expose(
        procedure.name.bytes, access: procedure.isOpen(to: .none) ? .anyTrusted : .grantedByArgument,
        isRemoteProcedure: true,
        limit: Self.limit)
    }
  }

  func serve(_ request: Request) {
    if request.name.equals(OnceService.name) { return serveOnce(request) }
    guard let procedure = Procedure(name: request.name) else { return }
    let form: Plan.ArgumentForm =
      switch request.form {
      case .handle: .handle(request.arguments)
      case .remoteProcedure: .list(request.arguments)
      }
    let plan: Plan
    do throws(Admin.Refusal) {
      plan = try Plan.admit(procedure, form, grants: request.grants)
    } catch {
      return refuse(request, error)
    }
    let began = transport.now
    board.carryOut(plan, for: Caller(request)) { [self] outcome in
      answer(request, request.name, outcome.asReply, began: began)
    }
  }

  private func serveOnce(_ request: Request) {
    let began = transport.now
    do throws(Admin.Refusal) {
      try once.serve(request, now: began) { [self] reply, procedure, isRepeated in
        answer(request, procedure.name.bytes, reply, began: began, isRepeated: isRepeated)
      }
    } catch {
      refuse(request, error, procedure: OnceCall.procedure(in: request.arguments))
    }
  }

  /// Whoever is not a peer any more leaves nothing behind.
  func forgetAll(but trust: TrustList) {
    once.forgetAll(but: { trust.entry(for: $0) != nil }, now: transport.now)
  }

  private func answer(
    _ request: Request, _ procedure: [UInt8], _ reply: Reply, began: Instant, isRepeated: Bool = false
  ) {
    var fields = request.fields(procedure)
    switch reply {
    case .ok: fields.append(.literal("outcome", "ok"))
    case .error(let reason): fields.append(.bytes("outcome", reason.binaryBytes ?? []))
    }
    fields.append(.milliseconds("ms", transport.now - began))
    // Nothing was done for this one.
    if isRepeated { fields.append(.literal("repeated", "yes")) }
    log.write(.info, "call.served", fields)
    send(reply, to: request)
    onServed(request.peer)
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

  /// The log names what was to be done, not the handle that it came by.
  private func refuse(_ request: Request, _ refusal: Admin.Refusal, procedure: Procedure? = nil) {
    let reason = refusal.reason
    log.writeFailure(
      .notice, "call.refused", about: request.fields(procedure?.name.bytes ?? request.name),
      [.bytes("reason", reason.atomBytes ?? reason.binaryBytes ?? [])], at: transport.now)
    send(.error(reason), to: request)
  }

  private func send(_ reply: Reply, to request: Request) {
    // A message has no answer.
    guard let token = request.token else { return }
    node.reply(token, reply, now: transport.now)
    transport.carryOut()
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
  init(_ request: Request) {
    self.init(
      label: request.label, key: request.peer.text, fingerprint: request.peer.fingerprint, grants: request.grants,
      wire: request.wire)
  }
}

extension Request {
  fileprivate func fields(_ procedure: [UInt8]) -> [LogField] {
    [.peer(peer), .bytes("label", label), .bytes("procedure", procedure)]
  }
}
