import Disk
import Linux
import PeerNet
import Sodium
import Supervision

/// The data partition at the start: is it there, what does it say of the last run, and what must be put back on it.
struct DataPartition {
  let paths: BoardPaths
  let journal: Journal
  /// Not in a test, which has folders in the place of mounts.
  let isInit: Bool

  /// Sees that there is a `/data` to write to, in memory if need be. Returns what became of it.
  func check() -> (data: [UInt8], detail: [UInt8]) {
    let isThere = isInit ? FileSystem.isMountPoint(paths.data) : FileSystem.isThere(paths.data)
    var told: [UInt8] = []
    if let text = try? readFile(paths.dataFacts, limit: 1024) { told = text }
    var detail = BoardFacts.value(of: "data.detail", in: told) ?? []
    guard !isThere else { return (BoardFacts.value(of: "data", in: told) ?? [UInt8]("kept"), detail) }
    if detail.isEmpty { detail = [UInt8]("it could not be mounted") }
    do throws(Errno) {
      if isInit {
        try FileSystem.mount(
          [UInt8]("tmpfs"), at: paths.data, [.noSetUserID, .noDevices], options: [UInt8]("size=16m,mode=0755"))
      } else {
        try makeFolder(paths.data)
      }
    } catch {
      journal.warn("no data partition, and no memory in its place at", paths.data, error.text)
    }
    return ([UInt8]("lost"), detail)
  }

  /// What the last run left, to be asked before ``write(_:)``. `isKept`: the partition is still the one that it wrote to.
  func lastRecord(isKept: Bool) -> BootReason.Finding {
    do throws(FileError) {
      guard let bytes = try DurableFile(path: paths.resetRecord, limit: ResetRecord.maximumSize).read() else {
        return isKept ? .absent : .lost
      }
      return ResetRecord(bytes).map { .found($0) } ?? .torn
    } catch {
      return .torn
    }
  }

  /// Writes the record of this run's end. Returns why not.
  @discardableResult
  func write(_ record: ResetRecord) -> [UInt8]? {
    do throws(FileError) {
      _ = try? makeFolder(paths.log)
      try DurableFile(path: paths.resetRecord).write(record.bytes, waitingForLock: false)
      return nil
    } catch {
      let reason = error.reason
      journal.warn("cannot write", paths.resetRecord, reason)
      return reason
    }
  }

  // MARK: Provisioned state

  /// Puts back what the board was given when it was flashed, where it is missing.
  func seed() {
    do throws(Errno) {
      let disk = try FileDescriptor.open(paths.disk, for: .reading)
      let first = try read(disk, DiskLayout.provision(.first))
      let second = try read(disk, DiskLayout.provision(.second))
      let provision: Provision
      do throws(ProvisionFault) {
        guard let found = try Provision.decode(first: first, second: second) else {
          return journal.write(isWarning: false, [UInt8]("nothing was provisioned"))
        }
        provision = found
      } catch {
        // Without it the board makes a key of its own and trusts nobody, which says more than a guess.
        return journal.write(isWarning: true, [UInt8]("the provision area is damaged: nothing is put back"))
      }
      let revoked = RevocationLog(scanning: try read(disk, DiskLayout.revocations)).keys
      let seed = Seed(provision, revoked: revoked) { path in
        guard let contents = try? DurableFile(path: paths.data + [UInt8]("/") + path.bytes).read() else { return nil }
        return contents
      }
      if seed.isTrustUnreadable {
        journal.write(isWarning: true, [UInt8]("the provisioned trust list cannot be read: nobody is trusted by it"))
      }
      for file in seed.files { put(file) }
    } catch {
      journal.warn("cannot read the provision area of", paths.disk, error.text)
    }
  }

  private func put(_ file: Seed.File) {
    let path = paths.data + [UInt8]("/") + file.path
    do throws(FileError) {
      for (index, byte) in file.path.enumerated() where byte == UInt8(ascii: "/") {
        _ = try? makeFolder(paths.data + [UInt8]("/") + file.path[..<index])
      }
      try DurableFile(path: path).write(file.contents)
      journal.write(
        isWarning: file.replacesBroken,
        [UInt8](file.replacesBroken ? "broken, and provisioned again: " : "provisioned: ") + file.path)
    } catch {
      journal.warn("cannot write", path, error.reason)
    }
  }

  private func read(_ disk: borrowing FileDescriptor, _ region: DiskRegion) throws(Errno) -> [UInt8] {
    try disk.read(at: region.offset, count: Int(clamping: region.byteCount))
  }

  // MARK: The host's name

  /// What the host is to be called; nil when nothing says so.
  var hostName: [UInt8]? {
    for path in [paths.hostName, paths.imageHostName] {
      guard let text = try? readFile(path, limit: 256) else { continue }
      let name = Array(text.prefix { $0 != UInt8(ascii: "\n") })
      let isGood = name.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
      if isGood, (1...63).contains(name.count) { return name }
      journal.write(isWarning: true, [UInt8]("not a host name, in ") + path)
    }
    return nil
  }
}

extension FileError {
  /// Why, in a few words.
  var reason: [UInt8] {
    switch self {
    case .system(let error): error.text
    case .tooLarge: [UInt8]("too large")
    case .notRegular: [UInt8]("not a regular file")
    case .locked: [UInt8]("locked by another process")
    }
  }
}
