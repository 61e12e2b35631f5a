import Boards
import Foundation
import Synchronization
import TestKit

/// A wpa_supplicant on a real socket whose radio takes its time: it answers every command at once, but is associated
/// again only `delay` seconds after it was asked to reconfigure.
final class SlowSupplicant: @unchecked Sendable {
  // Only the thread touches it once it runs.
  private let descriptor: Int32
  private let delay: TimeInterval
  private var associated = Date.distantPast
  private let reconfigured = Atomic<Int>(0)

  /// How often it was asked to reconfigure.
  var reconfigurations: Int { reconfigured.load(ordering: .relaxed) }

  /// Is the radio of a board that has nothing else, until the process ends.
  convenience init(of board: TestBoard, delay: TimeInterval) throws {
    let control = board.folder.path("wpa")
    try FileManager.default.createDirectory(atPath: control, withIntermediateDirectories: true)
    try board.folder.write("board.conf", "[board]\nname = slow\n[wifi]\ninterface = wlan0\ncontrol = \(control)\n")
    try board.configure(board: "board = linux\nprofile = \(board.folder.path("board.conf"))")
    try self.init(path: control + "/wlan0", delay: delay)
  }

  /// Serves at `path` until the process ends.
  init(path: String, delay: TimeInterval) throws {
    self.delay = delay
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let number = descriptor
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    Thread.detachNewThread { [self] in while serve() {} }
  }

  /// Ends the thread.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func serve() -> Bool {
    var room = [UInt8](repeating: 0, count: 4096)
    var sender = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    return withUnsafeMutablePointer(to: &sender) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
        let count = recvfrom(descriptor, &room, room.count, 0, sender, &length)
        guard count > 0 else { return false }
        let answer = Array(answer(String(decoding: room[..<count], as: UTF8.self)).utf8)
        _ = sendto(descriptor, answer, answer.count, 0, sender, length)
        return true
      }
    }
  }

  private func answer(_ command: String) -> String {
    switch command {
    case "PING": return "PONG\n"
    case "STATUS": return Date() < associated ? "wpa_state=SCANNING\n" : "wpa_state=COMPLETED\nssid=slow\n"
    case "RECONFIGURE", "REASSOCIATE":
      associated = Date() + delay
      if command == "RECONFIGURE" { reconfigured.add(1, ordering: .relaxed) }
      return "OK\n"
    default: return "OK\n"
    }
  }
}
