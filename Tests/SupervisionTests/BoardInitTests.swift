import Disk
import Foundation
import PeerNet
import Sodium
import Testing

/// The real program with real children, in a folder and not as process 1.
@Suite struct BoardInitTests {
  private let root: InitRoot

  init() throws { root = try InitRoot() }

  /// A service that prints when it is asked to end.
  private func polite(_ name: String) throws -> String {
    try root.script(
      "\(name).sh", "trap 'echo \(name) says bye; exit 0' TERM\necho up\nwhile [ -e \"$0\" ]; do sleep 0.05; done")
    return "[service \(name)]\ncommand = \(root.path("\(name).sh"))\n"
  }

  private func agent(_ task: String, watchdog: Int) -> String {
    """
    [service agent]
    command = /usr/bin/python3 \(root.path("agent.py")) \(task)
    notify = yes
    watchdog = \(watchdog)

    """
  }

  private func position(of text: String, in log: String) -> Int? {
    log.range(of: text).map { log.distance(from: log.startIndex, to: $0.lowerBound) }
  }

  @Test func servicesRunRestartAndEndInOrder() async throws {
    try root.write(
      "etc/board/services",
      "[service bad]\ncommand = /bin/sh -c false\nflavour = 1\n" + polite("first") + polite("second")
        + agent("report", watchdog: 30))
    let run = try root.start()
    try await root.wait(for: "agent is ready, patience 30000000")
    try await root.wait(for: "second: up")
    try await root.wait(for: "bad ended with code 1 after 0 s; again in 2 s")
    #expect(root.log.contains("start: prepared"))
    #expect(root.log.contains("etc/board/services:3: unknown key: the line is ignored"))
    #expect(root.size("dev/watchdog") > 0)
    #expect(run.isRunning)
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
    let log = root.log
    let byes = ["agent says bye", "second says bye", "first says bye"].map { position(of: $0, in: log) }
    #expect(byes.allSatisfy { $0 != nil })
    #expect(byes.compactMap { $0 }.sorted() == byes.compactMap { $0 })
    #expect(root.read("data/log/reset").hasPrefix("reboot\nasked for by SIGTERM, "))
    // The console has what warns, and nothing else.
    #expect(root.read("dev/kmsg").contains("<3>init: bad ended with code 1"))
    #expect(!root.read("dev/kmsg").contains("agent is ready"))
  }

  @Test func aSilentAgentEndsThePettingAndTheNextStartSaysWhy() async throws {
    try root.write("etc/board/services", agent("silent", watchdog: 1))
    let run = try root.start()
    try await root.wait(for: "agent was silent for 1 s: the watchdog is not petted any more")
    try await root.wait(for: "watchdog\nagent was silent for 1 s\nend\n", in: "data/log/reset")
    let pets = root.size("dev/watchdog")
    // More than the interval of two signs of life.
    try await Task.sleep(for: .seconds(5))
    #expect(root.size("dev/watchdog") == pets)
    run.signal(SIGKILL)
    _ = try await run.end()

    try root.write("etc/board/services", agent("report", watchdog: 30))
    let second = try root.start()
    // The log of the run before is out of the way by then.
    try await root.wait(for: "boot.reason=watchdog", in: "run/board/facts")
    try await root.wait(for: "agent is ready")
    let facts = "boot.reason=watchdog\nboot.detail=agent was silent for 1 s\ndata=kept\ndata.detail=\n"
    #expect(root.read("run/board/facts") == facts)
    #expect(root.read("data/log/reset") == "running\n\nend\n")
    #expect(root.read("data/log/last").contains("agent was silent for 1 s"))
    second.signal(SIGUSR2)
    #expect(try await second.end() == .exited(11))
    #expect(root.read("data/log/reset").hasPrefix("poweroff\nasked for by SIGUSR2, "))
  }

  @Test func nobodyElseMayReportForTheAgent() async throws {
    try root.write("etc/board/services", agent("stranger", watchdog: 2))
    let run = try root.start()
    try await root.wait(for: "agent was silent for 2 s")
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
  }

  @Test func anAgentThatDoesNotEndIsKilled() async throws {
    try root.script("deaf.sh", "trap '' TERM\necho up\nwhile [ -e \"$0\" ]; do sleep 0.1; done")
    try root.write("etc/board/services", "[service deaf]\ncommand = \(root.path("deaf.sh"))\n")
    let run = try root.start()
    try await root.wait(for: "deaf: up")
    run.signal(SIGINT)
    #expect(try await run.end() == .exited(10))
    #expect(root.log.contains("deaf does not end and is killed"))
    #expect(root.log.contains("deaf was ended by signal 9 after "))
  }

  @Test(arguments: [
    ("reboot\nasked", "panic-or-power", "the last run's record is damaged"),
    ("running\n\nend\n", "panic-or-power", "the last run ended without a word"),
  ])
  func theReasonOfTheStartIsRead(_ record: String, _ token: String, _ detail: String) async throws {
    try FileManager.default.createDirectory(atPath: root.path("data/log"), withIntermediateDirectories: true)
    try root.write("data/log/reset", record)
    try root.script(
      "etc/board/start", "printf 'data=repaired\\ndata.detail=e2fsck exit code 1\\n' >\(root.path("run/board/data"))")
    try root.write("etc/board/services", agent("report", watchdog: 30))
    let run = try root.start()
    try await root.wait(for: "agent is ready")
    let facts = root.read("run/board/facts")
    #expect(facts.hasPrefix("boot.reason=\(token)\nboot.detail=\(detail)"))
    #expect(facts.hasSuffix("\ndata=repaired\ndata.detail=e2fsck exit code 1\n"))
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
  }

  @Test func aBoardWithoutADataPartitionAndWithAFailingStartComesUp() async throws {
    try FileManager.default.removeItem(atPath: root.path("data"))
    try root.script("etc/board/start", "echo '<3>no card'; exit 4")
    try root.write("etc/board/services", agent("report", watchdog: 30))
    let run = try root.start()
    try await root.wait(for: "agent is ready")
    #expect(root.log.contains("the start script ended with code 4; the board goes on as well as it can"))
    #expect(root.read("run/board/facts").hasSuffix("data=lost\ndata.detail=it could not be mounted\n"))
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
  }

  @Test func aDiskThatTakesNothingCostsTheLogItsPlaceAndNothingElse() async throws {
    // A file where the folder should be.
    try root.write("data/log", "")
    try root.write("etc/board/services", agent("report", watchdog: 30))
    let run = try root.start()
    try await root.wait(for: "agent is ready", in: "run/log/current")
    #expect(root.read("run/log/current").contains("start: prepared"))
    #expect(root.read("run/board/facts").contains("\ndata.detail=it takes nothing: "))
    #expect(root.read("dev/kmsg").contains("the log goes to memory"))
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
  }

  @Test func aFloodOfLinesFillsNoDisk() async throws {
    let line = String(repeating: "x", count: 1000)
    try root.script("flood.sh", "i=0; while [ $i -lt 3000 ]; do echo \(line); i=$((i + 1)); done; sleep 1; echo done")
    let services = (0..<3).map { "[service flood\($0)]\ncommand = \(root.path("flood.sh"))\n" }
    try root.write("etc/board/services", services.joined() + agent("report", watchdog: 30))
    let run = try root.start()
    try await root.wait(for: "lines are left out")
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
    #expect(root.size("data/log/current") <= 512 << 10)
    let earlier = root.size("data/log/earlier")
    #expect(earlier > 400 << 10 && earlier <= 512 << 10)
  }

  /// The noise of a flood is cut, and what the agent says that it changed stands in the log to the last line.
  @Test func whatTheAgentChangedStaysInAFlood() async throws {
    try root.script(
      "flood.sh",
      """
      i=0
      while [ $i -lt 5000 ]; do
        i=$((i + 1))
        echo "<6>noise"
        [ $((i % 50)) -ne 0 ] || echo "<5>act $i."
      done
      sleep 1
      echo "<6>end"
      while [ -e "$0" ]; do sleep 0.1; done
      """)
    try root.write("etc/board/services", "[service agent]\ncommand = \(root.path("flood.sh"))\n")
    let run = try root.start()
    try await root.wait(for: "agent: end")
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
    let lines = root.log.split(separator: "\n")
    let acts = lines.compactMap { $0.split(separator: "agent: act ").dropFirst().first }
    #expect(acts == (1...100).map { "\($0 * 50)." })
    #expect(lines.count { $0.hasSuffix("agent: noise") } < 1_000)
    #expect(root.log.contains("lines are left out"))
  }

  // MARK: What the board was given

  private func key(_ byte: UInt8) throws -> PublicKey { try #require(PublicKey([UInt8](repeating: byte, count: 32))) }

  /// A disk with that record in the second copy only, and one key revoked.
  private func writeDisk(_ entries: [(String, [UInt8])], revoked: PublicKey) throws {
    let record = try Provision(
      entries.compactMap { Provision.Entry(name: Array($0.0.utf8), contents: $0.1) }
    ).encode()
    var disk = Data(count: 4 << 20)
    func put(_ bytes: [UInt8], _ region: DiskRegion) {
      disk.replaceSubrange(Int(region.offset)..<Int(region.offset) + bytes.count, with: bytes)
    }
    var broken = record
    broken[100] ^= 1
    put(broken, DiskLayout.provision(.first))
    put(record, DiskLayout.provision(.second))
    put(RevocationLog.record(revoked, at: 1), DiskLayout.revocations)
    try FileManager.default.createDirectory(atPath: root.path("run/board"), withIntermediateDirectories: true)
    try disk.write(to: URL(fileURLWithPath: root.path("run/board/disk")))
  }

  @Test func whatIsMissingIsPutBackAndARevokedKeyIsNot() async throws {
    let (laptop, stolen) = (try key(7), try key(9))
    var list = TrustList()
    try list.add(TrustEntry(key: laptop, label: Array("laptop".utf8)))
    try list.add(TrustEntry(key: stolen, label: Array("stolen".utf8)))
    try writeDisk(
      [
        ("trust", list.serialize()), ("hostname", Array("g-07".utf8)), ("wifi.conf", Array("country=DE\n".utf8)),
        ("board.conf", Array("[board]\n".utf8)), ("future", [1, 2, 3]),
      ], revoked: stolen)
    try root.write("data/hostname", "kept\n")
    try root.write("etc/board/services", agent("report", watchdog: 30))
    let run = try root.start()
    try await root.wait(for: "agent is ready")
    run.signal(SIGTERM)
    #expect(try await run.end() == .exited(10))
    let trust = try TrustList.parse(Array(root.read("data/peernet/trust").utf8))
    #expect(trust.entries.map { $0.key } == [laptop])
    #expect(root.read("data/wifi/wpa_supplicant.conf") == "country=DE\n")
    #expect(root.read("data/peernet/board.conf") == "[board]\n")
    #expect(root.read("data/hostname") == "kept\n")
    for (file, mode) in [("data/peernet/trust", 0o600), ("data/peernet", 0o700), ("data/wifi", 0o700)] {
      #expect(try root.mode(file) == mode)
    }
    #expect(root.log.contains("provisioned: peernet/trust"))
    #expect(!root.log.contains("country"))
  }
}
