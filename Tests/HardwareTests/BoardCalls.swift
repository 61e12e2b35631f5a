import Admin
import ETF
import Hardware
import PeerNet

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func binary(_ text: String) -> Term { .binary(Array(text.utf8)) }

extension Caller {
  static let laptop = laptop(at: 1)

  /// The same one, waiting at another connection or, with none, wherever it is.
  static func laptop(at connection: UInt64?) -> Caller {
    Caller(
      label: bytes("laptop"), key: bytes("KEY"), fingerprint: bytes("0123456789abcdef"), grants: .everything,
      wire: .two, connection: connection.map { ConnectionID($0) })
  }
}

/// What became of a call.
final class Call {
  private(set) var outcomes: [BoardOutcome] = []

  var outcome: BoardOutcome? { outcomes.first }

  var value: Term? {
    if case .answered(let term)? = outcome { term } else { nil }
  }

  var reason: String? {
    if case .failed(let reason)? = outcome { String(decoding: reason, as: UTF8.self) } else { nil }
  }

  /// The text or number under a key.
  subscript(key: String) -> String? { value?[binaryKey: key].map(Call.plain) }

  static func plain(_ term: Term) -> String {
    if let bytes = term.binaryBytes ?? term.atomBytes { return String(decoding: bytes, as: UTF8.self) }
    return term.int64.map { "\($0)" } ?? "\(term)"
  }

  init(_ board: any BoardDriver, _ plan: Plan, for caller: Caller = .laptop) {
    board.carryOut(plan, for: caller) { self.outcomes.append($0) }
  }
}
