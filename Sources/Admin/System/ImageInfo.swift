import ETF

/// What a flashed board tells of its image. What is not known is nil.
public struct ImageInfo: Equatable, Sendable {
  /// The slot that runs: `a` or `b`.
  public var slot: [UInt8]?
  /// The version of the image that runs.
  public var version: [UInt8]?
  /// The slot that boots when none is on trial.
  public var confirmed: [UInt8]?
  /// The slot on trial, if there is one.
  public var trial: [UInt8]?
  /// The slot whose trial failed last.
  public var failed: [UInt8]?
  /// Why it failed: a short word such as `three-boots`.
  public var reason: [UInt8]?

  /// Nothing known.
  public init() {}

  var term: Term {
    var answer = Answer()
    answer.put("slot", slot)
    answer.put("version", version)
    answer.put("confirmed", confirmed)
    answer.put("trial", trial)
    answer.put("failed", failed)
    answer.put("reason", reason)
    return answer.term
  }
}

/// What a flashed board's process 1 found at the last boot. What is not known is nil.
public struct BootInfo: Equatable, Sendable {
  /// Why the board started: `power`, `reboot`, `watchdog`, ….
  public var reason: [UInt8]?
  /// More about that, for the eye.
  public var detail: [UInt8]?
  /// What became of the data partition: `kept`, `repaired` or `remade`.
  public var data: [UInt8]?
  /// More about that, for the eye.
  public var dataDetail: [UInt8]?

  /// Nothing known.
  public init() {}

  var term: Term {
    var answer = Answer()
    answer.put("reason", reason)
    answer.put("detail", detail)
    answer.put("data", data)
    answer.put("data_detail", dataDetail)
    return answer.term
  }
}
