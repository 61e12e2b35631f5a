import Foundation
import Testing
import Threads

/// The real program as the real process 1 of a system of its own: namespaces of processes, mounts and the host's name, in which
/// reboot(2) ends process 1 by SIGHUP and power-off by SIGINT.
@Suite(.enabled(if: Namespaces.areAllowed)) struct RealInitTests {
  private let root: InitRoot

  init() throws {
    root = try InitRoot()
    for folder in ["upper/etc/board", "upper/data", "work", "system"] {
      try FileManager.default.createDirectory(atPath: root.path(folder), withIntermediateDirectories: true)
    }
    try root.script("upper/etc/board/start", "echo prepared")
    // The host's files below, the test's above; no device of the host's, and /proc, /sys for process 1 to mount.
    try root.script(
      "enter.sh",
      """
      set -e
      root=$1 data=$2
      shift 2
      mount -t overlay overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/system"
      mount -t tmpfs dev "$root/system/dev"
      mknod -m 666 "$root/system/dev/null" c 1 3
      for device in kmsg watchdog; do
        : >"$root/system/dev/$device"
        mount --bind "$root/dev/$device" "$root/system/dev/$device"
      done
      mount --bind "$root/run" "$root/system/run"
      case $data in
        kept) mount --bind "$root/data" "$root/system/data" ;;
        tiny) mount -t tmpfs -o size=64k data "$root/system/data" ;;
      esac
      exec chroot "$root/system" "$@"
      """)
  }

  /// `data`: `kept` is the test's folder, `tiny` is soon full, `none` is not mounted.
  private func start(_ agent: String, data: String = "kept") throws -> InitRoot.Running {
    let script = """
      import os, signal, socket, subprocess, sys, time
      channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      channel.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
      \(agent)
      time.sleep(100)
      """
    try root.write("upper/agent.py", script)
    try root.write(
      "upper/etc/board/services", "[service agent]\ncommand = /usr/bin/python3 /agent.py\nnotify = yes\n")
    return try root.start(
      [
        "/usr/bin/unshare", "--pid", "--mount", "--uts", "--fork", "--kill-child", "--propagation", "private",
        "/bin/sh",
        root.path("enter.sh"), root.url.path, data,
      ] + InitRoot.command())
  }

  @Test(arguments: [("SIGTERM", SIGHUP, "reboot"), ("SIGINT", SIGHUP, "reboot"), ("SIGUSR2", SIGINT, "poweroff")])
  func theSystemGoesDownAsItWasAsked(_ signal: String, _ ending: Int32, _ record: String) async throws {
    let run = try start("os.kill(1, signal.\(signal))")
    #expect(try await run.end() == .signalled(ending))
    #expect(root.read("data/log/reset").hasPrefix("\(record)\nasked for by \(signal), "))
    #expect(root.log.contains("agent was ended by signal 15 after "))
  }

  @Test func orphansAreReapedAndTheBoardIsSetUp() async throws {
    try root.write("data/hostname", "g-07\n")
    let run = try start(
      """
      subprocess.run("sleep 0.1 & sleep 0.2 & (sleep 0.1; exit 3) &", shell=True)
      orphans = lambda: [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]
      seen = len(orphans())
      while orphans():
          time.sleep(0.01)
      print("saw orphans:", seen > 0, "host:", os.uname().nodename, flush=True)
      os.kill(1, signal.SIGTERM)
      """)
    #expect(try await run.end() == .signalled(SIGHUP))
    #expect(root.log.contains("saw orphans: True host: g-07"))
  }

  @Test func aProcessThatLeftItsServiceIsEndedWithTheRest() async throws {
    let run = try start(
      """
      child = subprocess.Popen(["/bin/sh", "-c", "trap 'echo left >/data/left; exit' TERM; echo here; while :; do sleep 0.02; done"],
          start_new_session=True)
      time.sleep(0.5)
      os.kill(1, signal.SIGTERM)
      """)
    #expect(try await run.end() == .signalled(SIGHUP))
    #expect(root.read("data/left") == "left\n")
  }

  @Test func aCrashRestartsTheMachine() async throws {
    let run = try start("os.kill(1, signal.SIGSEGV)")
    #expect(try await run.end() == .signalled(SIGHUP))
    #expect(root.read("dev/kmsg").contains("<0>boardinit: crashed; the machine restarts\n"))
    // Nothing announced this end.
    #expect(root.read("data/log/reset") == "running\n\nend\n")
  }

  @Test func withoutADataPartitionMemoryTakesItsPlace() async throws {
    let run = try start(
      """
      open("/data/here", "w").write("x")
      kind = [line.split()[2] for line in open("/proc/mounts") if line.split()[1] == "/data"]
      open("/run/kind", "w").write(" ".join(kind))
      os.kill(1, signal.SIGTERM)
      """, data: "none")
    #expect(try await run.end() == .signalled(SIGHUP))
    #expect(root.read("run/kind") == "tmpfs")
    #expect(root.read("run/board/facts").contains("\ndata=lost\n"))
  }

  @Test func aFullDataPartitionIsSurvived() async throws {
    let run = try start(
      """
      for i in range(400):
          print("line", i, "x" * 900, flush=True)
      time.sleep(0.5)
      os.kill(1, signal.SIGTERM)
      """, data: "tiny")
    #expect(try await run.end() == .signalled(SIGHUP))
    #expect(root.read("dev/kmsg").contains("init: the log goes to memory: "))
    #expect(
      root.read("run/log/earlier").contains("agent: line ") || root.read("run/log/current").contains("agent: line "))
    // The end was orderly, even if its record found no room.
    #expect(root.read("run/log/current").contains("agent was ended by signal 15"))
  }
}
