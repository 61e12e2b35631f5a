import Disk
import Foundation
import Programs
import TestKit
import Testing

/// One board that runs through all of this, in this order; every test leaves it answering.
@Suite(.serialized, .enabled(if: Privileges.areRoot)) struct BoardTests {
  static let running = Task {
    let image = try await ProvisionedImage.shared.value
    return try await Board.boot(image.path, laptop: image.laptop)
  }

  var board: Board { get async throws { try await Self.running.value } }

  @Test func aFreshImageBootsAndAnswers() async throws {
    let board = try await board
    let info = try await board.info()
    report("boot", "first answer \(ContinuousClock.now.seconds(since: board.machine.started)) after power on")
    #expect(info["hostname"].text == Board.label)
    #expect(info["boot"]["data"].text == "new")
    #expect(info["boot"]["reason"].text == "power")
    #expect(info["image"]["slot"].text == "a")
    #expect(info["image"]["trial"].text == nil)
    try await board.machine.shell.greeting()
    for name in ["peernet-qemu-virt.img.xz", "slot-qemu-virt.img"] {
      let size = try? FileManager.default.attributesOfItem(atPath: Repository.built(name))[.size] as? Int
      if let size { report("size", "\(name) \(size) bytes") }
    }
  }

  @Test(arguments: [Lan.wire, Lan.air]) func aBroadcastFindsIt(on interface: String) async throws {
    let board = try await board
    let key = try await board.key()
    try await wait(for: "answer to a broadcast on \(interface)", within: .seconds(120)) {
      let seen = try await board.laptop.ask("discover", "--for", "1", on: interface)
      return seen.contains { $0["key"].text == key } ? () : nil
    }
    // Not only found: a call is answered there, too, even where there is no other way.
    guard interface == Lan.air else { return }
    _ = try await board.withoutCable { try await board.info(on: interface) }
  }

  @Test func aStrangerIsRefused() async throws {
    let board = try await board
    let stranger = Laptop(folder: board.folder + "/stranger", lan: board.lan)
    try await stranger.make("pair", try await board.key(), Board.label)
    let command = try await stranger.run("info", Board.label, "--timeout", "30")
    #expect(command.status == 79)
    #expect(command.output.isEmpty)
    try await board.info()
  }

  @Test func anInputFollowsItsWire() async throws {
    let board = try await board
    for isHigh in [true, false, true, false] {
      try await board.machine.wires.pull(5, high: isHigh)
      let answer = try await board.laptop.ask("gpio", "read", Board.label, "door")
      #expect(answer.first?["values"]["door"].number == (isHigh ? 1 : 0))
    }
  }

  @Test func anOutputDrivesItsWire() async throws {
    let board = try await board
    #expect(try await board.machine.wires.driven(5) == nil)
    for value in [1, 0, 1, 0] {
      _ = try await board.laptop.ask("gpio", "write", Board.label, "relay=\(value)")
      #expect(try await board.machine.wires.driven(6) == (value == 1))
    }
  }

  @Test func wifiIsRestartedAndSaysSo() async throws {
    let board = try await board
    let restart = { (interface: String) in
      let answer = try await board.laptop.ask("wifi", "restart", Board.label, on: interface)
      #expect(answer.first?["state"].text == "completed")
      #expect(answer.first?["ssid"].text == "greenhouse")
    }
    // By cable, and over the very link that goes down.
    try await restart(Lan.wire)
    try await board.withoutCable {
      try await board.info(on: Lan.air)
      try await restart(Lan.air)
    }
    let status = try await board.laptop.ask("wifi", "status", Board.label)
    #expect(status.first?["last_restart"]["outcome"].text == "ok")
    // The supplicant told of it: that is how the agent knows.
    let log = try await board.machine.shell.demand("cat /data/log/current")
    #expect(log.matches(of: /wlan0: CTRL-EVENT-CONNECTED/).count >= 3)
  }

  @Test func theAccessPointGoesAndComesBack() async throws {
    let board = try await board
    let wifi = { (isUp: Bool) in
      try await wait(for: isUp ? "the link" : "the loss of the link", within: .seconds(120)) {
        let status = try await board.laptop.ask("wifi", "status", Board.label)
        return (status.first?["state"].text == "completed") == isUp ? () : nil
      }
    }
    try await wifi(true)
    try await board.machine.shell.demand("bench ap off")
    try await wifi(false)
    try await board.withoutCable {
      #expect(try await board.laptop.run("info", Board.label, "--timeout", "1", on: Lan.air).status != 0)
      try await board.machine.shell.demand("bench ap on")
      let begin = ContinuousClock.now
      try await board.info(on: Lan.air)
      report("wifi", "answers \(ContinuousClock.now.seconds(since: begin)) after the access point is back")
    }
  }

  @Test func callsAreAnsweredThoughAThirdIsLost() async throws {
    let board = try await board
    // By the lossy cable alone: the laptop remembers the board's other address, too.
    try await board.lan.withoutAir {
      try await board.machine.shell.demand("bench loss 30")
      // Until packets were really lost both ways; few calls are few packets.
      var (calls, directions) = (0, 0)
      while calls < 5 || directions < 2 && calls < 50 {
        let command = try await board.laptop.run("info", Board.label, "--json", "--timeout", "30")
        #expect(command.status == 0, "\(command.errors)")
        let queues = try await board.machine.shell.demand("/sbin/tc -s qdisc show")
        (calls, directions) = (calls + 1, queues.matches(of: /dropped [1-9]/).count)
      }
      try await board.machine.shell.demand("bench loss off")
      #expect(directions >= 2)
    }
  }

  /// The router is replaced by one that gives another address, another network, or a lease of one address alone.
  @Test(
    arguments: [
      ("192.168.88.1/24", "192.168.88.120", nil, "192.168.88.120/24"),
      ("10.20.0.1/16", "10.20.30.40", nil, "10.20.30.40/16"),
      ("10.20.0.1/16", "10.20.30.41", "255.255.255.0", "10.20.30.41/24"),
      ("10.20.0.1/16", "10.20.30.42", "255.255.255.255", "10.20.30.42/32"),
    ] as [(String, String, String?, String)])
  func itFollowsItsRouter(own: String, address: String, mask: String?, has expected: String) async throws {
    let board = try await board
    try await board.withRouter(.other(own: own, address: address, mask: mask)) {
      let begin = ContinuousClock.now
      var addresses = ""
      try await wait(for: "the lease of \(expected)", within: .seconds(60)) {
        addresses = try await board.machine.shell.demand("ip -4 -o addr show dev eth0; ip route show default")
        return addresses.contains(" inet \(expected) ") ? () : nil
      }
      try await board.info(within: .seconds(60))
      report("router", "answers at \(expected) \(ContinuousClock.now.seconds(since: begin)) after the cable is back")
      addresses = try await board.machine.shell.demand("ip -4 -o addr show dev eth0; ip route show default")
      #expect(addresses.matches(of: #/ inet /#).count == 1, "\(addresses)")
      #expect(addresses.contains("default via \(own.split(separator: "/")[0]) dev eth0"), "\(addresses)")
    }
  }

  /// Nobody gives addresses: both have one of 169.254.0.0/16, and the question is answered where it was asked.
  @Test func aBareCableIsEnough() async throws {
    let board = try await board
    let key = try await board.key()
    try await board.withRouter(.none) {
      let begin = ContinuousClock.now
      try await wait(for: "answer by the bare cable", within: .seconds(90)) {
        let seen = try await board.laptop.ask("discover", "--for", "1")
        let isFound = seen.contains {
          $0["key"].text == key && $0["by"].text == "answer" && $0["address"].text?.hasPrefix("169.254.") == true
        }
        return isFound ? () : nil
      }
      report("router", "answers by a bare cable \(ContinuousClock.now.seconds(since: begin)) after it is in")
      try await board.info(within: .seconds(30))
    }
  }

  @Test func itRebootsByOrderAndIsTheSame() async throws {
    let board = try await board
    let key = try await board.key()
    let (info, reset) = try await board.reboot()
    report("reset", "first answer \(ContinuousClock.now.seconds(since: reset.at)) after a reboot's reset")
    #expect(reset.guest == true)
    #expect(info["boot"]["reason"].text == "reboot")
    #expect(info["boot"]["data"].text == "kept")
    try await wait(for: "the same key's answer to a broadcast", within: .seconds(60)) {
      let seen = try await board.laptop.ask("discover", "--for", "1")
      return seen.contains { $0["key"].text == key } ? () : nil
    }
  }

  @Test func memoryIsMeasuredOnTheIdleBoard() async throws {
    let board = try await board
    let memory = try await board.machine.shell.demand("bench memory")
    for line in memory.split(separator: "\n") { report("memory", "\(line)") }
    let agent = memory.split(separator: "\n").first { $0.hasSuffix(" peernetd") }
    let size = try #require(agent?.split(separator: " ").first.flatMap { Int($0) })
    #expect(size < 4_096)
  }

  @Test func aSilentAgentIsResetByTheWatchdog() async throws {
    let board = try await board
    let boot = try await board.info()["boot_id"].text
    let mark = board.machine.qmp.mark
    let begin = ContinuousClock.now
    try await board.machine.shell.demand("kill -STOP $(pidof peernetd)")
    let bite = try await board.machine.qmp.event("WATCHDOG", after: mark, within: .seconds(120))
    let info = try await board.info(butNot: boot)
    report("watchdog", "bites \(bite.at.seconds(since: begin)) after the agent hangs")
    #expect(info["boot"]["reason"].text == "watchdog")
  }

  @Test func aFullDiskCostsNoMoreThanWhatNeedsTheDisk() async throws {
    let board = try await board
    let shell = board.machine.shell
    let newcomer = Laptop(folder: board.folder + "/newcomer", lan: board.lan)
    let key = try await newcomer.key()
    try await shell.demand("fallocate -l $(df -k /data | awk 'END { print $4 }')K /data/filler || :")
    // What was deleted is free only after a while.
    let fill = "for n in 1 2 3; do dd if=/dev/zero of=/data/filler$n bs=4k 2>/dev/null || :; sync; done"
    try await shell.demand(fill)
    try await board.info()
    let refused = try await shell.run("\(fill); peernetd pair \(key) newcomer --allow system.info")
    #expect(refused.status != 0, "\(refused.output)")
    #expect(refused.output.contains("space"), "\(refused.output)")
    #expect(try await !shell.demand("peernetd peers").contains(key))
    try await board.info()
    try await shell.demand("rm /data/filler*")
    try await shell.demand("peernetd pair \(key) newcomer --allow system.info")
    try await newcomer.make("pair", try await board.key(), Board.label)
    try await wait(for: "answer to the newcomer", within: .seconds(120)) {
      try await newcomer.run("info", Board.label, "--timeout", "2").status == 0 ? () : nil
    }
  }

  @Test func aWipedDataPartitionCostsNoPeerAndBringsNoneBack() async throws {
    let board = try await board
    let key = try await board.key()
    let colleague = try await ProvisionedImage.shared.value.colleague.connected(to: board.lan)
    try await colleague.make("pair", key, Board.label)
    #expect(try await colleague.run("info", Board.label, "--timeout", "30").status == 0)
    try await board.machine.shell.demand("peernetd unpair \(try await colleague.key())")
    #expect(try await colleague.run("info", Board.label, "--timeout", "30").status == 79)

    let wiped = try await board.unplug { disk in try wipe(DiskLayout.data, of: disk) }
    let info = try await wiped.info()
    #expect(info["boot"]["data"].text == "remade")
    #expect(info["hostname"].text == Board.label)
    #expect(try await wiped.key() == key)
    #expect(try await colleague.run("info", Board.label, "--timeout", "30").status == 79)
    // Its wifi comes from the provision area as well.
    _ = try await wiped.withoutCable { try await wiped.info(on: Lan.air) }
    try await wiped.close()
  }
}

/// Fills the last region of a disk with zeros.
private func wipe(_ region: DiskRegion, of disk: String) throws {
  let file = try FileHandle(forUpdating: URL(fileURLWithPath: disk))
  defer { try? file.close() }
  let end = try file.seekToEnd()
  precondition(end == region.offset + region.byteCount)
  // What is cut off and grown again reads as zeros.
  try file.truncate(atOffset: region.offset)
  try file.truncate(atOffset: end)
}

/// A line for people, in the tests' output.
func report(_ subject: String, _ text: String) { print("board: \(subject): \(text)") }
