import Admin
import ETF
import PeerNet
import Sodium

/// The command that the operator of a board has to type on the board. It stands at the end of a line, to be copied, and
/// is safe to paste: a key that is paired there already keeps its label and its grants, and gets only the grants that
/// are named.
enum BoardHint {
  /// The command with which a board trusts this computer's key and lets it call `system.info` alone.
  static func pair(_ key: PublicKey) -> String { onTheBoard(nil, command(key, Procedure.systemInfo.handle)) }

  /// The command with which a board grants the procedure of a call that it refused. Where a procedure can be granted
  /// line by line, the command grants the lines of that call and no others.
  static func allow(_ handle: String, _ arguments: Term = .map([]), _ key: PublicKey, hasLogin: Bool?) -> String {
    // Only names of the agent's own procedures can be granted like this; other applications have their own commands.
    guard let procedure = Procedure(name: handle.utf8), !procedure.descriptor.runsAnother else {
      return "ask its operator to grant it to \(key)"
    }
    let name = Array("\(procedure.name)".utf8)
    let lines = (try? Plan(procedure, .handle(arguments)))?.boundValues ?? []
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
    let image = "the board has no login and needs a new image: peernet provision --help"
    return switch hasLogin {
    case true?: "on the board: \(command)"
    case false?: image
    case nil: "a flashed board has no login and needs a new image; on any other board: \(command)"
    }
  }
}
