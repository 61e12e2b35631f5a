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
}
