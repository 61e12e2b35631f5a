import Admin
import Board
import Linux
import PeerNet
import Sodium

/// Serves `agent.once`: a procedure runs under a key at most once, and whoever asks again is answered as the first was
/// (Protocol, Once-only calls).
final class OnceService {
  /// The handle.
  static let name: StaticString = "agent.once"
  /// Requests at work, those that wait for another's outcome among them.
  static let limit = 64
  /// Requests that wait for one outcome. Most of them came by a connection that is gone.
  private static let maximumWaiting = 8

  private struct Running {
    let caller: PublicKey
    let key: [UInt8]
    var requests: [Request]
  }

  private let store: OnceStore
  private let board: any BoardDriver
  private let log: Log
  private var running: [Running] = []
  private lazy var boot = board.bootIdentifier ?? []

  init(_ board: any BoardDriver, paths: StatePaths, log: Log, now: Instant) {
    self.board = board
    self.log = log
    store = OnceStore(paths)
    do throws(FileError) {
      let damaged = try store.load(now: now)
      if damaged > 0 {
        log.write(.warning, "once.damaged", [.bytes("path", store.path), .number("bytes", Int64(damaged))])
      }
    } catch {
      log.write(.error, "once.unusable", [.bytes("path", store.path), .bytes("reason", reason(error))])
    }
  }

  /// Takes a request on. `carryOut` runs its plan, if that has to be; `answer` is called once for each request.
  func serve(
    _ request: Request, now: Instant, carryOut: (Plan, @escaping (Reply, Instant) -> Void) -> Void,
    answer: @escaping (Request, Reply) -> Void
  ) throws(Refusal) {
    let call = try OnceCall(request.arguments)
    let plan = try call.admit(request.grants)
    switch store.journal.standing(of: call, by: request.peer) {
    case .mismatch: throw .once(.mismatch)
    case .past(let run, let reply):
      answer(
        request,
        run.adding(to: reply ?? run.replyWithoutOutcome(to: plan, boot: boot), isRepeated: true, boot: boot))
    case .running: wait(request, call, answer)
    case .new:
      try store.start(call, by: request.peer, seconds: Clock.realtimeSeconds(), boot: boot, now: now)
      running.append(Running(caller: request.peer, key: call.key, requests: [request]))
      carryOut(plan) { [self] reply, now in finish(call.key, of: request.peer, reply, now: now, answer) }
    }
  }

  /// Forgets whoever is not a peer any more.
  func forgetAll(but isPeer: (PublicKey) -> Bool, now: Instant) {
    do throws(FileError) { try store.forgetAll(but: isPeer) } catch { tell(error, now: now) }
  }

  private func wait(_ request: Request, _ call: OnceCall, _ answer: (Request, Reply) -> Void) {
    guard let index = running.firstIndex(where: { $0.caller == request.peer && $0.key == call.key }) else { return }
    running[index].requests.append(request)
    // The first has lost its connection most likely.
    if running[index].requests.count > Self.maximumWaiting {
      answer(running[index].requests.removeFirst(), .error(Refusal.once(.crowded).reason))
    }
  }

  private func finish(
    _ key: [UInt8], of caller: PublicKey, _ reply: Reply, now: Instant, _ answer: (Request, Reply) -> Void
  ) {
    let run = store.journal.run(key, of: caller)
    do throws(FileError) { try store.finish(key, of: caller, reply, now: now) } catch { tell(error, now: now) }
    guard let index = running.firstIndex(where: { $0.caller == caller && $0.key == key }) else { return }
    for (number, request) in running.remove(at: index).requests.enumerated() {
      answer(request, run?.adding(to: reply, isRepeated: number > 0, boot: boot) ?? reply)
    }
  }

  private func tell(_ error: FileError, now: Instant) {
    log.writeFailure(
      .warning, "once.not_written", [.bytes("path", store.path), .bytes("reason", error.text)], at: now)
  }

  private func reason(_ error: FileError) -> [UInt8] {
    error == .notRegular ? Array("not a journal; move away what stands in its place".utf8) : error.text
  }
}
