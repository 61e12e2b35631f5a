import Testing

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

/// Asks again and again until a condition is true; the test fails and ends at the caller's line when it never is.
public func eventually(
  within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !condition() {
    try #require(ContinuousClock.now < end, "it did not come true", sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(5))
  }
}
