import Admin

/// Why a command did not do what it was asked: one line that says what failed, why, and what to do next.
struct CommandError: Error, Equatable {
  let status: ExitStatus
  let what: String
  let why: String
  let next: String

  init(_ status: ExitStatus, _ what: String, because why: String, next: String) {
    self.status = status
    self.what = what
    self.why = why
    self.next = next
  }

  var line: String { "\(what): \(why); \(next)" }

  var json: JSON {
    .object([
      (
        "error",
        .object([
          ("code", .string("\(status.code)")), ("status", .integer(Int64(status.rawValue))), ("what", .string(what)),
          ("why", .string(why)), ("next", .string(next)),
        ])
      )
    ])
  }
}
