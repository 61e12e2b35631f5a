import Admin
import PeerNet

/// Why a command, or the start, failed. One line for the operator, and how the process ends.
enum CommandError: Error {
  case usage(UsageError)
  case state(StateError)
  /// One file's faults, each with its line.
  case configuration([[UInt8]])
  /// Something of the system that the start needs.
  case system([UInt8])
  /// The address, the reason, and the configuration file that names the address.
  case cannotListen([UInt8], [UInt8], file: [UInt8])
  case notGrants([UInt8])
  case unknownGrant(UnknownGrant)
  case ownKey
  case labelTaken([UInt8])
  case badLabel([UInt8])
  case notTaken(TrustListError)
  case unknownPeer([UInt8])
  /// The file to import is not there, or is no trust list of a BEAM peer.
  case noFile([UInt8])
  case notBeamPeers([UInt8], StaticString)
  /// Something with the slots, or with the disk that they are on.
  case image(ImageError)
  /// The peer is not trusted any more, but the disk does not know: its label and fingerprint, and its key.
  case notRevoked(peer: [UInt8], key: [UInt8], ImageError)

  var exitStatus: ExitStatus {
    switch self {
    case .usage: .usage
    case .state(let error): error.exitStatus
    case .configuration: .configuration
    case .system, .cannotListen: .internal
    case .notGrants, .unknownGrant, .ownKey, .labelTaken, .badLabel, .notTaken, .notBeamPeers: .data
    case .unknownPeer: .unknownPeer
    case .noFile: .io
    case .image(let error): error.exitStatus
    case .notRevoked: .io
    }
  }

  /// The lines to print, mostly one: what failed, why, and what to do.
  var lines: [[UInt8]] {
    if case .configuration(let lines) = self { return lines }
    return [text]
  }

  private var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .usage(let error): return error.text
    case .image(let error): return error.text
    case .notRevoked(let peer, let key, let error):
      text += "unpaired "
      text += peer
      text += ", but the disk did not take it down, so a data partition that is made anew would trust it again: "
      text += error.text
      text += "; then unpair it once more: peernetd unpair "
      text += key
    case .state(let error): return error.text
    case .system(let reason): return reason
    case .cannotListen(let address, let reason, let file):
      text += "cannot listen at "
      text += address
      text += ": "
      text += reason
      text += "; is another peernetd at work? Else set listen and port under [node] of "
      text.append(escaped: file, limit: 1024)
    case .configuration: break
    case .notGrants(let grants):
      text.append(escaped: grants)
      text += " grants nothing that can be understood; write names such as wifi.restart,wifi.*,gpio.write:pump or *"
    case .unknownGrant(let unknown):
      text.append(escaped: unknown.item)
      text += " names nothing that a board can do; the nearest is "
      text += unknown.nearest
      text += "; nothing was changed"
    case .ownKey: text += "that is this board's own key; give the key of the peer"
    case .labelTaken(let label):
      text += "another peer has the label "
      text.append(escaped: label)
      text += "; choose another, or unpair that peer first"
    case .badLabel(let label):
      text.append(escaped: label)
      text += " is not a label; give 1 to 64 bytes of text without control characters"
    case .notTaken(let error):
      text += "the trust list takes no such line: "
      text += error.reason.code
    case .unknownPeer(let peer):
      text += "no peer has the label, key or fingerprint "
      text.append(escaped: peer)
      text += "; see peernetd peers"
    case .noFile(let path):
      text.append(escaped: path, limit: 1024)
      text += ": there is no such file; copy the Elixir node's trust.bin"
    case .notBeamPeers(let path, let reason):
      text.append(escaped: path, limit: 1024)
      text += ": "
      text += reason
      text += "; nothing was imported, name the trust.bin of an Elixir node"
    }
    return text
  }
}
