import PeerNet

/// Why the home folder cannot be used. Nothing of a file's contents is in it.
public enum HomeFolderError: Error, Equatable, Sendable {
  /// No folder is named and there is no `$HOME`.
  case nowhere
  /// The folder cannot be made: its path, and why.
  case folder(String, String)
  /// The system refuses to read or write a file: its path, and why.
  case file(String, String)
  /// `identity.keys` is torn or of another kind.
  case identity(String, KeyFileFault)
  /// `trust` is torn or of another kind.
  case trust(String, TrustListError)
  /// `peers` is torn or of another kind.
  case memory(String, PeerMemory.Fault)

  /// Whether a file was read and makes no sense; otherwise it could not be read or written at all.
  public var isDamage: Bool {
    switch self {
    case .nowhere, .folder, .file: false
    case .identity, .trust, .memory: true
    }
  }

  /// The folder or file, as far as there is one.
  public var path: String? {
    switch self {
    case .nowhere: nil
    case .folder(let path, _), .file(let path, _), .identity(let path, _), .trust(let path, _), .memory(let path, _):
      path
    }
  }

  /// For people: `line 3, column 54: grant`
  public var reason: String {
    switch self {
    case .nowhere: "no folder is named and $HOME is not set"
    case .folder(_, let reason), .file(_, let reason): reason
    case .identity(_, let error): error.reason
    case .trust(_, let error):
      (error.line > 0 ? "line \(error.line)" + (error.column > 0 ? ", column \(error.column): " : ": ") : "")
        + "\(error.reason.code)" + (error.reason.advice.map { ": \($0)" } ?? "")
    case .memory(_, let error): error.text
    }
  }
}

extension KeyFileFault {
  fileprivate var reason: String {
    switch self {
    case .empty: "the key file is empty; its identity is gone"
    case .notAKeyFile: "not a key file"
    case .signingKeys: "a key file of version 1, whose Ed25519 keys cannot be used"
    case .unknownVersion(let version): "a key file of version \(version), unknown to this release"
    case .wrongSize(let count): "the key file has \(count) bytes instead of \(KeyFile.byteCount)"
    case .wrongKeySize: "the key file's keys have the wrong size"
    case .mismatchedHalves: "the key file's public key does not belong to its private key"
    }
  }
}

extension PeerMemory.Fault {
  fileprivate var text: String {
    switch self {
    case .header: "line 1 is not `peernet-peers VERSION`"
    case .fileTooLarge: "the file is too large"
    case .tooManyPeers(let line): "line \(line): too many peers"
    case .lineTooLong(let line): "line \(line) is too long"
    case .malformed(let line): "line \(line) is malformed"
    case .duplicateKey(let line): "line \(line) repeats a key"
    }
  }
}
