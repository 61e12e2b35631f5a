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

  private final class Running {
    let entry: OnceEntry
    var answers: [(Reply) -> Void]

    init(_ entry: OnceEntry, _ answer: @escaping (Reply) -> Void) {
      self.entry = entry
      answers = [answer]
    }
  }

  private let store: OnceStore
  private let log: Log
  private let boot: [UInt8]
  private var running: [Running] = []

  /// `boot` is the board's boot identifier, empty if it is not known.
  init(_ store: OnceStore, boot: [UInt8], log: Log, now: Instant) {
    self.store = store
    self.boot = Array(boot.prefix(64))
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

  /// Takes a call on that its caller may make. `carryOut` runs it, if that has to be; `answer` is called once, or it throws.
  func serve(
    _ call: OnceCall, _ plan: Plan, for peer: PublicKey, now: Instant,
    carryOut: (@escaping (Reply, Instant) -> Void) -> Void, answer: @escaping (Reply) -> Void
  ) throws(Refusal) {
    if let entry = store.journal.entry(call.key, of: peer) {
      guard entry.isBound(to: call) else { throw .once(.mismatch) }
      for waiting in running where waiting.entry === entry {
        waiting.answers.append(answer)
        // The first has lost its connection most likely.
        if waiting.answers.count > Self.maximumWaiting {
          waiting.answers.removeFirst()(.error(Refusal.once(.crowded).reason))
        }
        return
      }
      return answer(entry.repeated(plan, boot: boot))
    }
    let seconds = Clock.realtimeSeconds()
    guard let (entry, record) = store.journal.start(call, by: peer, seconds: seconds, boot: boot, now: now) else {
      throw .once(.quota)
    }
    do throws(FileError) { try store.write(record) } catch {
      store.journal.forget(entry)
      tell(.warning, "once.not_written", error.text, now: now)
      throw .once(.noJournal)
    }
    let first = Running(entry, answer)
    running.append(first)
    carryOut { [self] reply, now in finish(first, reply, now: now) }
  }

  /// Forgets whoever is not a peer any more.
  func forgetAll(but isPeer: (PublicKey) -> Bool, now: Instant) {
    guard store.journal.forgetAll(but: isPeer) else { return }
    do throws(FileError) { try store.rewrite() } catch { tell(.warning, "once.not_written", error.text, now: now) }
  }

  private func finish(_ ended: Running, _ reply: Reply, now: Instant) {
    running.removeAll { $0 === ended }
    if let record = store.journal.finish(ended.entry, reply, now: now) {
      do throws(FileError) { try store.write(record) } catch {
        tell(.warning, "once.not_written", error.text, now: now)
      }
    }
    var isRepeated = false
    for answer in ended.answers {
      answer(ended.entry.adding(to: reply, isRepeated: isRepeated, boot: boot))
      isRepeated = true
    }
  }

  private func tell(_ level: LogLevel, _ event: StaticString, _ reason: [UInt8], now: Instant) {
    log.writeFailure(level, event, [.bytes("path", store.path), .bytes("reason", reason)], at: now)
  }
}
