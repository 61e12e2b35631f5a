/// What a caller asked for and waits for. It may end while it is still being sent, before the caller waits.
enum Pending<Value: Sendable> {
  /// It is being sent.
  case begun
  /// The caller waits.
  case awaited(CheckedContinuation<Value, any Error>)
  /// It ended before the caller waited.
  case ended(Result<Value, any Error>)

  /// The caller waits from now on. True when the end has come already and the caller has it.
  mutating func wait(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
    guard case .ended(let result) = self else {
      self = .awaited(continuation)
      return false
    }
    continuation.resume(with: result)
    return true
  }

  /// Only the first end counts. True when the caller has it; otherwise it is kept until the caller waits.
  mutating func end(_ result: Result<Value, any Error>) -> Bool {
    switch self {
    case .begun:
      self = .ended(result)
      return false
    case .awaited(let continuation):
      continuation.resume(with: result)
      return true
    case .ended: return false
    }
  }
}
