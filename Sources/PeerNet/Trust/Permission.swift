/// How far a peer may use one name: what its grants come to for a request.
public enum Permission: Hashable, Sendable {
  /// Not at all.
  case none
  /// With these arguments only.
  case arguments([[UInt8]])
  /// With any arguments, and without.
  case full

  /// Whether a request with these arguments is permitted. One that is bound to none needs the full permission.
  public func covers(_ arguments: [[UInt8]]) -> Bool {
    switch self {
    case .none: false
    case .arguments(let permitted): !arguments.isEmpty && arguments.allSatisfy { permitted.contains($0) }
    case .full: true
    }
  }
}
