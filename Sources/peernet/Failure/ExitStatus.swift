/// What the process ends with; the manual page lists them.
enum ExitStatus: Int32, CaseIterable, Sendable {
  case ok = 0
  case usage = 64
  case data = 65
  case unknownPeer = 66
  case unreachable = 69
  case `internal` = 70
  case exists = 73
  case io = 74
  case busy = 75
  case refused = 76
  case forbidden = 77
  case configuration = 78
  case untrusted = 79
  case wrongPeer = 80
  case timedOut = 81
  case outcomeUnknown = 82
  case notAnImage = 83
  case notADisk = 84
  case diskInUse = 85
  case builtInDisk = 86
  case readOnlyDisk = 87
  case diskTooSmall = 88
  case halfWritten = 89
  case notVerified = 90
  case interrupted = 91
  case badAnswer = 92

  /// A stable word for scripts.
  var code: String {
    switch self {
    case .ok: "ok"
    case .usage: "usage"
    case .data: "data"
    case .unknownPeer: "unknown_peer"
    case .unreachable: "unreachable"
    case .internal: "internal"
    case .exists: "exists"
    case .io: "io"
    case .busy: "busy"
    case .refused: "refused"
    case .forbidden: "forbidden"
    case .configuration: "configuration"
    case .untrusted: "untrusted"
    case .wrongPeer: "wrong_peer"
    case .timedOut: "timed_out"
    case .outcomeUnknown: "outcome_unknown"
    case .notAnImage: "not_an_image"
    case .notADisk: "not_a_disk"
    case .diskInUse: "disk_in_use"
    case .builtInDisk: "built_in_disk"
    case .readOnlyDisk: "read_only_disk"
    case .diskTooSmall: "disk_too_small"
    case .halfWritten: "half_written"
    case .notVerified: "not_verified"
    case .interrupted: "interrupted"
    case .badAnswer: "bad_answer"
    }
  }
}
