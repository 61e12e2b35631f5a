import Basics
import Supervision

/// Where process 1 finds and leaves things.
struct BoardPaths {
  /// Empty on a board; a test's folder stands before every path.
  let root: [UInt8]

  private func path(_ path: StaticString) -> [UInt8] { root + path.bytes }

  /// Run once, before anything else; what it says goes to the log.
  var startScript: [UInt8] { path("/etc/board/start") }
  /// See `ServiceList`.
  var services: [UInt8] { path("/etc/board/services") }
  /// The image's own name for the host, where the board was given none.
  var imageHostName: [UInt8] { path("/etc/hostname") }
  var watchdog: [UInt8] { path("/dev/watchdog") }
  var kernelLog: [UInt8] { path("/dev/kmsg") }

  var run: [UInt8] { path("/run") }
  var board: [UInt8] { path("/run/board") }
  /// The whole disk that the system came from.
  var disk: [UInt8] { path("/run/board/disk") }
  /// Where the services' messages arrive (sd_notify).
  var notify: [UInt8] { path("/run/board/notify") }
  /// What the start script has to say of the data partition: lines `data=…` and `data.detail=…`, as in the facts.
  var dataFacts: [UInt8] { path("/run/board/data") }
  /// See `BoardFacts`.
  var facts: [UInt8] { path("/run/board/facts") }
  /// The log's place while the data partition takes nothing.
  var fallbackLog: [UInt8] { path("/run/log") }

  var data: [UInt8] { path("/data") }
  var log: [UInt8] { path("/data/log") }
  /// See `ResetRecord`.
  var resetRecord: [UInt8] { path("/data/log/reset") }
  var hostName: [UInt8] { path("/data/hostname") }
}
