import Admin
import Linux
import PeerNet

/// Why a file of the daemon's state cannot be used. Whatever it is, the file was left as it is.
enum StateError: Error {
  case unusable(path: [UInt8], FileError)
  case identity(path: [UInt8], KeyFileFault)
  case trustList(path: [UInt8], TrustListError)
  /// Another agent uses this state folder.
  case inUse(path: [UInt8], id: [UInt8])

  var exitStatus: ExitStatus {
    switch self {
    case .unusable(_, .locked): .busy
    case .unusable: .io
    case .identity: .configuration
    case .trustList: .data
    case .inUse: .stateInUse
    }
  }

  /// What failed, why, and what to do.
  var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .unusable(let path, let error):
      text.append(escaped: path, limit: 1024)
      text += ": "
      text += error.text
    case .inUse(let path, let id):
      text.append(escaped: path, limit: 1024)
      text += " is used by another peernetd, process "
      text += id
      text += "; stop that one first, or give this one a state folder of its own"
    case .identity(let path, let error):
      text.append(escaped: path, limit: 1024)
      text += ": "
      text += error.text
      text += "; put a copy of the key file back, or remove it to become a new peer that must be paired again"
    case .trustList(let path, let error):
      text.append(escaped: path, limit: 1024)
      text.append(place: error)
      text += ": "
      text += error.reason.code
      if let advice = error.reason.advice {
        text += ": "
        text += advice
      }
      text += "; correct it, or copy "
      text.append(escaped: path, limit: 1024)
      text += ".good, the last good one, over it"
    }
    return text
  }
}

extension [UInt8] {
  /// `:LINE:COLUMN`, as far as there are any.
  mutating func append(place error: TrustListError) {
    guard error.line > 0 else { return }
    self += ":"
    append(decimal: error.line)
    guard error.column > 0 else { return }
    self += ":"
    append(decimal: error.column)
  }
}

extension KeyFileFault {
  var text: StaticString {
    switch self {
    case .empty: "the key file is empty"
    case .notAKeyFile: "not a key file"
    case .signingKeys: "holds keys of version 1, which only sign and cannot be used here"
    case .unknownVersion: "a key file of a later version"
    case .wrongSize: "a key file is 71 bytes long, this one is not"
    case .wrongKeySize: "the keys in it are not 32 bytes long"
    case .mismatchedHalves: "its public key is not that of its private key"
    }
  }
}

extension FileError {
  /// Why, and what to do.
  var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .system(let error):
      text += error.text
      text += "; see that its folder is there and writable for this user, and that the disk is not full"
    case .tooLarge(let limit):
      text += "larger than "
      text.append(decimal: limit)
      text += " bytes; put a sound copy back"
    case .notRegular: text += "not a regular file; move away what stands in its place"
    case .locked: text += "somebody else is changing it; try again"
    }
    return text
  }
}
