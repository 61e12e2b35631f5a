/// How the process ends, after sysexits.h where that has a word for it.
enum ExitCode: Int32 {
  case success = 0
  case usage = 64
  /// A key, label or trust list that does not make sense.
  case data = 65
  case unknownPeer = 66
  case software = 70
  /// A file or folder could not be read, made or written.
  case file = 74
  /// Somebody else is at it, try again; or the simulated board reboots, start me again.
  case temporary = 75
  case configuration = 78
  /// Another agent uses the state folder.
  case stateInUse = 79

  // Of the commands on slots
  /// This system is not a flashed board's.
  case noSlots = 80
  case notAnImage = 81
  case otherBoard = 82
  case imageTooLarge = 83
  /// The slot that would be written runs.
  case slotInUse = 84
  /// A trial has to end first.
  case onTrial = 85
  /// The idle slot holds no whole image.
  case notWhole = 86
  /// The slot to be confirmed was not booted yet.
  case notStarted = 87
  /// The disk does not keep what is written.
  case diskDamaged = 88
}
