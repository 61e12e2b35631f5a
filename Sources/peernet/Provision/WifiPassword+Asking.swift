import Admin
import Glibc
import PeerNetClient
import Provisioning
import Sodium

extension WifiPassword {
  /// Asks on the terminal, without an echo and therefore twice: a board with a mistyped password joins no network.
  static func ask(for ssid: [UInt8]) throws(CommandError) -> WifiPassword {
    let what = "no password for \(Printable.text(ssid))"
    guard Console.isInteractive else {
      throw CommandError(
        .usage, what, because: "there is no terminal to ask on",
        next: "name a file with --wifi-password-file, or say --wifi-open")
    }
    let missing = CommandError(.usage, what, because: "none was typed", next: "nothing was written; try again")
    while true {
      guard var line = readWithoutEcho("Password of the wifi \(Printable.text(ssid)): ") else { throw missing }
      defer { wipe(&line) }
      let password: WifiPassword
      do throws(InvalidSetting) { password = try WifiPassword(line) } catch {
        Console.say("peernet: \(error.reason)")
        continue
      }
      guard var again = readWithoutEcho("The same once more: ") else { throw missing }
      defer { wipe(&again) }
      if again == line { return password }
      Console.say("peernet: the two passwords differ; type it again")
    }
  }

  /// Nil at the end of the input, or when a signal came.
  private static func readWithoutEcho(_ question: String) -> [UInt8]? {
    Interruption.note()
    var shown = termios()
    tcgetattr(STDIN_FILENO, &shown)
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &hidden)
    Console.write(question, to: STDERR_FILENO)
    defer {
      tcsetattr(STDIN_FILENO, TCSADRAIN, &shown)
      Console.write("\n", to: STDERR_FILENO)
    }
    var line = [UInt8](repeating: 0, count: 1_024)
    defer { wipe(&line) }
    // A terminal gives a line at once.
    let count = read(STDIN_FILENO, &line, line.count)
    guard count > 0, line[count - 1] == UInt8(ascii: "\n") else { return nil }
    return Array(line.prefix(count - 1))
  }
}
