import Glibc
import Synchronization

/// The wish to stop, by ^C or kill(1), while something is at work that should not be left unsaid.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// From now on the first signal only notes the wish, and calls that wait return; the second one ends the process.
  static func note() {
    _ = isRequested
    // Whoever started us may have kept them from us.
    var numbers = sigset_t()
    sigemptyset(&numbers)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in Interruption.flag.store(true, ordering: .relaxed) }
      // Without SA_RESTART, and back to the default after one.
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
      sigaddset(&numbers, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
  }
}
