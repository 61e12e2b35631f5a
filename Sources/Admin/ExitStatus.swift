/// How `peernet` and `peernetd` end, after sysexits.h where that has a word for it. A number means the same in both.
/// The manual pages list them.
package enum ExitStatus: Int32, CaseIterable, Sendable {
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
  case rebooting = 93
  case stateInUse = 94
  case noSlots = 95
  case otherBoard = 96
  case imageTooLarge = 97
  case slotInUse = 98
  case onTrial = 99
  case notWhole = 100
  case notStarted = 101

  /// A stable word for scripts.
  package var code: StaticString {
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
    case .rebooting: "rebooting"
    case .stateInUse: "state_in_use"
    case .noSlots: "no_slots"
    case .otherBoard: "other_board"
    case .imageTooLarge: "image_too_large"
    case .slotInUse: "slot_in_use"
    case .onTrial: "on_trial"
    case .notWhole: "not_whole"
    case .notStarted: "not_started"
    }
  }

  /// What it means, in words for people.
  package var sentence: StaticString {
    switch self {
    case .ok: "done"
    case .usage: "wrong arguments, or a confirmation is missing"
    case .data: "a key, label, grant, term, argument or file makes no sense"
    case .unknownPeer: "no paired peer, or several, of that name"
    case .unreachable: "no connection; nothing was done"
    case .internal: "something failed here, or the system refused what is needed"
    case .exists: "a file is there already, or an image is provisioned already"
    case .io: "a file, folder or disk cannot be read, made or written"
    case .busy: "the peer has too much to do, or another command is at it; try again"
    case .refused: "the peer cannot or will not"
    case .forbidden: "the peer's trust list does not allow it"
    case .configuration: "a setting is wrong, or the home folder or the agent's key file cannot be used"
    case .untrusted: "the peer does not trust this computer's key"
    case .wrongPeer: "another key answered at the address"
    case .timedOut: "no answer in time; it may have been done"
    case .outcomeUnknown: "the connection ended before the answer; it may have been done"
    case .notAnImage: "no image of a board's disk or slot, or a damaged one"
    case .notADisk: "no disk, a partition, or no medium in it"
    case .diskInUse: "the disk is mounted, or something else uses it"
    case .builtInDisk: "the disk is no card and no USB disk, or this computer runs from it"
    case .readOnlyDisk: "the disk is read-only"
    case .diskTooSmall: "the image does not fit on the disk"
    case .halfWritten: "writing failed or was interrupted; the disk starts nothing"
    case .notVerified: "the disk reads back otherwise than it was written"
    case .interrupted:
      "it was begun, and the board or its agent ended before it was through; what came of it is not known"
    case .badAnswer:
      "the peer's answer does not have the expected shape; a call that changes something may have had its effect"
    case .rebooting: "the simulated board reboots; start the agent again"
    case .stateInUse: "another agent runs on the same state folder"
    case .noSlots: "no slots: this system is not a flashed board's"
    case .otherBoard: "the slot image is for another board"
    case .imageTooLarge: "the slot image is larger than a slot"
    case .slotInUse: "the slot that would be written runs"
    case .onTrial: "a trial is under way"
    case .notWhole: "the idle slot holds no whole image"
    case .notStarted: "the trial was not started yet"
    }
  }

  /// The programs that end with a status.
  package enum Programs: Sendable {
    /// `peernetd` alone.
    case agent
    /// `peernet` alone.
    case commandLine
    /// Either.
    case both
  }

  /// The programs that end with it.
  package var programs: Programs {
    switch self {
    case .ok, .usage, .data, .unknownPeer, .internal, .io, .busy, .configuration, .notAnImage, .notVerified: .both
    case .unreachable, .exists, .refused, .forbidden, .untrusted, .wrongPeer, .timedOut, .outcomeUnknown, .notADisk,
      .diskInUse, .builtInDisk, .readOnlyDisk, .diskTooSmall, .halfWritten, .interrupted, .badAnswer:
      .commandLine
    case .rebooting, .stateInUse, .noSlots, .otherBoard, .imageTooLarge, .slotInUse, .onTrial, .notWhole, .notStarted:
      .agent
    }
  }
}
