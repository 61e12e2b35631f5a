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
  /// Requests at work, those that wait for another's outcome among them. No peer has more than are left for others.
  static let limit = 64

  private let store: OnceStore
  private let board: any BoardDriver
  private let log: Log
  private let boot: [UInt8]

  init(_ store: OnceStore, _ board: any BoardDriver, log: Log, now: Instant) {
    self.store = store
    self.board = board
    boot = Array((board.bootIdentifier ?? []).prefix(64))
    self.log = log
    do throws(FileError) {
      switch try store.load(now: now) {
      case nil: tell(.error, "once.unusable", Array("not a journal; move it away".utf8), now: now)
      case 0: break
      default: tell(.warning, "once.damaged", Array("records were cut off or changed".utf8), now: now)
      }
    } catch {
      tell(.error, "once.unusable", error.text, now: now)
    }
  }

  /// Takes a request on. `answer` is called once, now or much later, or it throws.
  func serve(_ request: Request, now: Instant, answer: @escaping (Reply, Procedure, _ isRepeated: Bool) -> Void)
    throws(Refusal)
  {
    let call = try OnceCall(request.arguments)
    let plan = try call.admit(request.grants)
    let known = store.journal.entry(call.key, of: request.peer)
    // Not the call, whose arguments would wait as well.
    let (procedure, isRepeated) = (call.procedure, known != nil)
    let reply = { answer($0, procedure, isRepeated) }
    if let entry = known {
      guard entry.isBound(to: call) else { throw .once(.mismatch) }
      return entry.isRunning ? entry.wait(reply) : reply(entry.repeated(plan, boot: boot))
    }
    let seconds = Clock.realtimeSeconds()
    guard let (entry, record) = store.journal.start(call, by: request.peer, seconds: seconds, boot: boot, now: now)
    else { throw .once(.quota) }
    do throws(FileError) { try store.write(record) } catch {
      store.journal.forget(entry)
      tell(.warning, "once.not_written", error.text, now: now)
      throw .once(.noJournal)
    }
    entry.wait(reply)
    board.carryOut(plan, for: Caller(request)) { [self] outcome in finish(entry, outcome.asReply) }
  }

  /// Forgets whoever is not a peer any more.
  func forgetAll(but isPeer: (PublicKey) -> Bool, now: Instant) {
    guard store.journal.forgetAll(but: isPeer) else { return }
    do throws(FileError) { try store.rewrite() } catch { tell(.warning, "once.not_written", error.text, now: now) }
  }

  private func finish(_ entry: OnceEntry, _ reply: Reply) {
    let now = Instant(nanoseconds: Clock.now())
    if let record = store.journal.finish(entry, reply, now: now) {
      do throws(FileError) { try store.write(record) } catch {
        tell(.warning, "once.not_written", error.text, now: now)
      }
    }
    entry.answer(reply, boot: boot)
  }

  private func tell(_ level: LogLevel, _ event: StaticString, _ reason: [UInt8], now: Instant) {
    log.writeFailure(level, event, [.bytes("path", store.path), .bytes("reason", reason)], at: now)
  }
}
