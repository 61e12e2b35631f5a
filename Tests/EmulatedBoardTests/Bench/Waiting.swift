/// What did not come in time.
struct TooLate: Error, CustomStringConvertible {
  let description: String
}

/// Asks again and again until there is an answer; `what` names it in the error when none comes within `limit`.
func wait<Value>(
  for what: String, within limit: Duration, every pause: Duration = .milliseconds(10),
  isolation: isolated (any Actor)? = #isolation, until answer: () async throws -> Value?
) async throws -> Value {
  let end = ContinuousClock.now + limit
  while true {
    if let value = try await answer() { return value }
    guard ContinuousClock.now < end else { throw TooLate(description: "no \(what) within \(limit)") }
    try await Task.sleep(for: pause)
  }
}
