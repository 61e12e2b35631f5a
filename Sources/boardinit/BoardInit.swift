import Basics
import CLinux
import Linux
import Supervision

/// A flashed board's process 1.
///
/// It does not end and does not give up: what fails is logged, and when nothing is left to do the machine restarts.
@main
struct BoardInit {
  static func main() {
    let isInit = System.processID == 1
    var root: [UInt8] = []
    if isInit {
      InitProcess.become()
      mountBasics()
    } else {
      let arguments = processArguments()
      guard arguments.count == 3, "--root" ~= arguments[1], arguments[2].first == UInt8(ascii: "/") else {
        say("boardinit: it is process 1 of a board; elsewhere it runs with --root FOLDER, for tests\n")
        clinux_exit(64)
      }
      root = arguments[2]
    }
    let kernel = KernelLog(root + [UInt8]("/dev/kmsg"))
    // The loop only ends by an error of its own: of the kernel's calls that it is made of.
    do throws(Errno) {
      let system = try SupervisedSystem(BoardPaths(root: root), isInit: isInit, kernel: kernel)
      try system.run()
    } catch {
      kernel.write([UInt8]("init: the machine restarts: ") + error.text)
    }
    guard isInit else { clinux_exit(70) }
    InitProcess.rest(seconds: 5)
    while true {
      _ = try? System.reboot(.restart)
      InitProcess.rest(seconds: 1)
    }
  }

  /// What the initrd has not mounted.
  private static func mountBasics() {
    func mount(
      _ type: StaticString, _ folder: StaticString, _ restrictions: FileSystem.Restrictions,
      _ options: StaticString = ""
    ) {
      guard !FileSystem.isMountPoint(folder.bytes) else { return }
      _ = try? FileSystem.mount(type.bytes, at: folder.bytes, restrictions, options: options.bytes)
    }
    mount("proc", "/proc", [.noSetUserID, .noDevices, .noPrograms])
    mount("sysfs", "/sys", [.noSetUserID, .noDevices, .noPrograms])
    mount("devtmpfs", "/dev", [.noSetUserID])
    mount("tmpfs", "/run", [.noSetUserID, .noDevices], "size=16m,mode=0755")
  }

  private static func say(_ text: StaticString) {
    text.withUTF8Buffer { _ = clinux_write(2, $0.baseAddress, $0.count) }
  }
}
