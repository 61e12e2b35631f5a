import Admin
import PeerNet
import Sodium

/// What the operator of a board has to type there. It stands at a line's end, to be copied, and does no harm as it is: whoever
/// is paired there already keeps label and grants, and gets nothing but what is named.
enum BoardHint {
  /// Has the board trust this computer's key, with little: what it is.
  static func pair(_ key: PublicKey) -> String { onTheBoard(nil, command(key, "system.info")) }

  /// Has the board let this computer's key call something that it may not yet.
  static func allow(_ handle: String, _ key: PublicKey, hasLogin: Bool?) -> String {
    // The agent takes the names of its own procedures; the operators of other nodes know their own ways.
    guard let procedure = Procedure(name: Array(handle.utf8)) else {
      return "ask its operator to grant it to \(key)"
    }
    return onTheBoard(hasLogin, command(key, "\(procedure.name)"))
  }

  private static func command(_ key: PublicKey, _ name: String) -> String {
    "peernetd pair \(key) laptop --add \(name)"
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
