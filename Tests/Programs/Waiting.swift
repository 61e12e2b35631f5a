/// What did not come in time.
public struct TooLate: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

/// Asks again and again until there is an answer; `what` names it in the error when none comes within `limit`.
public func wait<Value>(
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
