import Foundation

/// An emulated board: a processor of the Raspberry Pi 3's kind, the image as its disk, GPIO, a watchdog, an ethernet port
/// and, for the access point inside, a second one.
final class Machine: Sendable {
  struct Options: Sendable {
    /// Further disks, read-only: slot images that the guest can read.
    var drives: [String] = []
    /// Where to record every write to the disk in its order; nil records nothing.
    var writeLog: String?
  }

  let qmp: QMP
  let wires: QTest
  let shell: BenchShell
  /// When the emulator was started.
  let started: ContinuousClock.Instant
  private let process: Process
  private let serial: String

  /// Boots `disk`, a raw image that is written to, in a folder of its own for sockets and logs.
  init(disk: String, lan: Lan, folder: String, options: Options = Options()) async throws {
    serial = folder + "/serial.log"
    var words = ["ip", "netns", "exec", lan.switches, "qemu-system-aarch64"]
    words += ["-M", "virt", "-cpu", "cortex-a53", "-m", "512", "-nographic", "-nodefaults"]
    words += ["-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin", "-serial", "file:\(serial)"]
    // Whether the host has its page cache written out is of no interest: the log tells what the guest flushed.
    words += ["-blockdev", "driver=file,node-name=file,filename=\(disk),cache.no-flush=on"]
    if let log = options.writeLog {
      guard FileManager.default.createFile(atPath: log, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
      words += ["-blockdev", "driver=raw,node-name=image,file=file"]
      words += ["-blockdev", "driver=file,node-name=record,filename=\(log),cache.no-flush=on"]
      words += [
        "-blockdev",
        "driver=blklogwrites,node-name=disk,file=image,log=record,log-sector-size=512,log-super-update-interval=1",
      ]
    } else {
      words += ["-blockdev", "driver=raw,node-name=disk,file=file"]
    }
    words += ["-device", "virtio-blk-pci,drive=disk"]
    for (number, drive) in options.drives.enumerated() {
      words += ["-blockdev", "driver=raw,node-name=drive\(number),read-only=on,file.driver=file,file.filename=\(drive)"]
      words += ["-device", "virtio-blk-pci,drive=drive\(number),serial=drive\(number)"]
    }
    for (name, number) in [("wire", 1), ("air", 2)] {
      words += ["-netdev", "tap,id=\(name),ifname=\(name)-tap,script=no,downscript=no"]
      words += ["-device", "virtio-net-pci,netdev=\(name),mac=52:54:00:50:4e:0\(number),romfile="]
    }
    words += ["-device", "i6300esb", "-device", "virtio-rng-pci", "-device", "virtio-serial-pci"]
    words += ["-chardev", "socket,id=bench,path=\(folder)/bench,server=on,wait=off"]
    words += ["-device", "virtserialport,chardev=bench,name=bench"]
    words += ["-qmp", "unix:\(folder)/qmp,server=on,wait=off"]
    words += ["-qtest", "unix:\(folder)/qtest,server=on,wait=off", "-qtest-log", "/dev/null"]
    started = .now
    process = try Command.start(words, log: folder + "/emulator.log")
    Leftovers.shared.add(process: process.processIdentifier)
    do {
      qmp = try await QMP(path: folder + "/qmp")
      wires = try await QTest(path: folder + "/qtest", device: try await qmp.path(ofType: "pl061"))
      shell = try await BenchShell(path: folder + "/bench")
    } catch {
      let said = (try? String(contentsOfFile: folder + "/emulator.log", encoding: .utf8)) ?? ""
      throw Command.Failed(description: "the emulator did not start: \(error)\n\(said)")
    }
  }

  /// What the board wrote to its serial console so far.
  var console: String {
    String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: serial))) ?? Data(), as: UTF8.self)
  }

  /// Waits until the console has that text, from the byte `offset` on.
  func console(says text: String, from offset: Int = 0, within limit: Duration) async throws {
    try await wait(for: "'\(text)' on the console", within: limit, every: .milliseconds(50)) {
      String(decoding: console.utf8.dropFirst(offset), as: UTF8.self).contains(text) ? () : nil
    }
  }

  /// Pulls the plug.
  func cut() async throws {
    kill(process.processIdentifier, SIGKILL)
    try await wait(for: "end of the emulator", within: .seconds(20)) { process.isRunning ? nil : () }
  }
}
