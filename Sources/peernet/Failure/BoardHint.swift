import Admin
import ETF
import PeerNet
import Sodium

/// What the operator of a board has to type there. It stands at a line's end, to be copied, and does no harm as it is: whoever
/// is paired there already keeps label and grants, and gets nothing but what is named.
enum BoardHint {
  /// Has the board trust this computer's key, with little: what it is.
  static func pair(_ key: PublicKey) -> String { onTheBoard(nil, command(key, "system.info")) }

  /// Has the board let this computer's key call something that it may not yet: of a procedure that can be granted line by
  /// line the lines of this call, and no others.
  static func allow(_ handle: String, _ arguments: Term = .map([]), _ key: PublicKey, hasLogin: Bool?) -> String {
    // The agent takes the names of its own procedures; the operators of other nodes know their own ways.
    guard let procedure = Procedure(name: Array(handle.utf8)) else {
      return "ask its operator to grant it to \(key)"
    }
    let name = Array("\(procedure.name)".utf8)
    let lines = (try? Plan(procedure, .handle(arguments)))?.checkedArguments ?? []
    let grants = lines.reduce(Grants.none) { grants, line in
      Grants(name: name, argument: line).map { grants.adding($0) } ?? grants
    }
    let isLineByLine = !lines.isEmpty && lines.allSatisfy { grants.allows(name, argument: $0) }
    return onTheBoard(hasLogin, command(key, String(decoding: isLineByLine ? grants.text : name, as: UTF8.self)))
  }

  private static func command(_ key: PublicKey, _ names: String) -> String {
    "peernetd pair \(key) laptop --add \(Hint.word(names))"
  }

  private static func onTheBoard(_ hasLogin: Bool?, _ command: String) -> String {
    let image = "it has no login, so its image is made anew: peernet provision --help"
    return switch hasLogin {
    case true?: "on the board: \(command)"
    case false?: image
    case nil: "a flashed board has no login and takes what its image says; on any other board: \(command)"
    }
  }
}
