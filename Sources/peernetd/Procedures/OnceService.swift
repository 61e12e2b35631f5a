import Admin
import Hardware
import Linux
import PeerNet
import Sodium

/// Serves `agent.once`: a procedure runs under a key at most once, and whoever asks again is answered as the first was
/// (Protocol, Once-only calls).
final class OnceService {
  /// The requests at work whose connections are open, including those that wait for the outcome of another. One peer may
  /// not take more places than it leaves for others.
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
    store.onFailure = { [self] in
      tell(.warning, "once.not_written", $0.text, now: Clock.now())
    }
    do throws(FileError) {
      switch try store.load(now: now) {
      case nil: tell(.error, "once.unusable", Array("not a journal; move it away".utf8), now: now)
      case .whole: break
      case .cut: tell(.warning, "once.cut", Array("its last record was not whole; nothing ran by it".utf8), now: now)
      case .damaged:
        let reason: StaticString =
          "records are lost; no new key runs for an hour, or until it is moved away and the agent restarted"
        tell(.error, "once.damaged", reason.bytes, now: now)
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
    // The closure does not capture the call, whose arguments would stay in memory as well.
    let (procedure, isRepeated) = (call.procedure, known != nil)
    let reply = { answer($0, procedure, isRepeated) }
    if let entry = known {
      guard entry.isBound(to: call) else { throw .once(.mismatch) }
      return entry.isPending ? entry.wait(reply) : reply(entry.repeated(plan, boot: boot))
    }
    let seconds = Clock.realtimeSeconds()
    let begun: (entry: OnceEntry, record: [UInt8])
    do throws(OnceRefusal) {
      begun = try store.journal.start(call, by: request.peer, seconds: seconds, boot: boot, now: now)
    } catch {
      throw .once(error)
    }
    let entry = begun.entry
    entry.wait(reply)
    // It runs to its end whatever becomes of the connection: who asks again over another one is told how it ended.
    let caller = Caller(request)
    store.commit(begun.record) { [self] isWritten in
      guard isWritten, store.journal.begin(entry) else {
        store.journal.forget(entry)
        return entry.answer(.error(Refusal.once(.noJournal).reason), boot: boot)
      }
      board.carryOut(plan, for: caller) { [self] outcome in finish(entry, outcome.asReply) }
    }
  }

  /// Forgets whoever is not a peer any more.
  func forgetAll(but isPeer: (PublicKey) -> Bool) {
    if store.journal.forgetAll(but: isPeer) { store.rewrite() }
  }

  private func finish(_ entry: OnceEntry, _ reply: Reply) {
    let end = { [self] in
      entry.settle()
      entry.answer(reply, boot: boot)
    }
    guard let record = store.journal.finish(entry, reply, now: Clock.now()) else { return end() }
    // An outcome that could not be written to disk is answered anyway, and the log says so.
    store.commit(record) { _ in end() }
  }

  private func tell(_ level: LogLevel, _ event: StaticString, _ reason: [UInt8], now: Instant) {
    log.writeFailure(level, event, [.bytes("path", store.path), .bytes("reason", reason)], at: now)
  }
}
