import ETF
import PeerNet

/// What a board tells of itself. What could not be found out is nil.
public struct SystemInfo: Equatable, Sendable {
  /// The machine's name, gethostname(2).
  public var hostname: [UInt8]?
  /// The agent's version.
  public var agent: [UInt8] = []
  /// The agent's process.
  public var pid: Int64?
  /// KiB of the agent in memory.
  public var residentMemory: Int64?
  /// Seconds since the board started.
  public var uptime: Int64?
  /// Runnable processes over 1, 5 and 15 minutes, in hundredths.
  public var load: [Int64] = []
  /// KiB
  public var totalMemory: Int64?
  /// KiB
  public var availableMemory: Int64?
  /// As in uname(2): `Linux`.
  public var kernelName: [UInt8]?
  /// As in uname(2): `6.1.0-rpi7-rpi-v8`.
  public var kernelRelease: [UInt8]?
  /// As in uname(2): number and date of the kernel's build.
  public var kernelVersion: [UInt8]?
  /// `aarch64`, `x86_64`, …
  public var machine: [UInt8]?
  /// The profile's name of the board.
  public var boardName: [UInt8]?
  /// The device tree's.
  public var boardModel: [UInt8]?
  /// Changes with every start of the board.
  public var bootIdentifier: [UInt8]?
  /// Seconds since 1970.
  public var time: Int64?
  /// Of a flashed board's image; nil on other systems.
  public var image: Answer?
  /// Of a flashed board's last boot; nil on other systems.
  public var boot: Answer?
  /// The board is a simulated one, whose facts are partly made up.
  public var isSimulated = false

  /// Nothing found out yet.
  public init() {}

  /// The answer of `system.info`. A key whose value is not known is left out.
  ///
  /// | key | value |
  /// |---|---|
  /// | `hostname` | the board's host name |
  /// | `agent` | map: `version`; `pid`; `rss_kib`, the agent's resident memory |
  /// | `uptime` | seconds since the board started |
  /// | `boot_id` | changes with every start of the board |
  /// | `time` | seconds since 1970, by the board's clock |
  /// | `load` | list of three floats: over 1, 5 and 15 minutes |
  /// | `memory` | map: `total_kib`, `available_kib` |
  /// | `kernel` | map: `name`, `release`, `version` |
  /// | `machine` | `aarch64`, `x86_64`, … |
  /// | `board` | map: `name` (the profile's), `model` (the device tree's), `simulated` (a boolean) |
  /// | `image` | map, on flashed boards: `slot` that runs, its `version`, the `confirmed` slot, the one on `trial`, the one that `failed` last and the `reason` |
  /// | `boot` | map, on flashed boards: `reason` of the last start, `detail`, what became of the `data` partition, `data_detail` |
  /// | `wire` | 1 or 2: the wire that this connection speaks |
  public func answer(to caller: Caller) -> Term {
    var answer = Answer()
    answer.put("hostname", hostname)
    var process = Answer()
    process.put("version", agent)
    process.put("pid", pid)
    process.put("rss_kib", residentMemory)
    answer.put("agent", process.term)
    answer.put("uptime", uptime)
    answer.put("boot_id", bootIdentifier)
    answer.put("time", time)
    if !load.isEmpty { answer.put("load", .list(load.map { .float(Double($0) / 100) })) }
    var memory = Answer()
    memory.put("total_kib", totalMemory)
    memory.put("available_kib", availableMemory)
    answer.put("memory", memory.term)
    var kernel = Answer()
    kernel.put("name", kernelName)
    kernel.put("release", kernelRelease)
    kernel.put("version", kernelVersion)
    answer.put("kernel", kernel.term)
    answer.put("machine", machine)
    var board = Answer()
    board.put("name", boardName)
    board.put("model", boardModel)
    board.put("simulated", flag: isSimulated)
    answer.put("board", board.term)
    if let image { answer.put("image", image.term) }
    if let boot { answer.put("boot", boot.term) }
    answer.put("wire", Int64(caller.wire.rawValue))
    return answer.term
  }
}
