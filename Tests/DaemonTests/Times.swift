import Testing

/// How long each of `count` runs took, the shortest first.
func times(of count: Int, _ body: (Int) async throws -> Void) async throws -> [Duration] {
  var times: [Duration] = []
  for index in 0..<count { times.append(try await ContinuousClock().measure { try await body(index) }) }
  return times.sorted()
}
