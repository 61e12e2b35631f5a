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

extension Grants {
  /// How far they permit the use of a name.
  public func permission(for name: [UInt8]) -> Permission {
    var arguments: [[UInt8]] = []
    for item in items {
      switch item {
      case .everything: return .full
      case .name(let granted): if granted == name { return .full }
      case .prefix(let prefix): if name.count > prefix.count && name.starts(with: prefix) { return .full }
      case .argument(let granted, let argument): if granted == name { arguments.append(argument) }
      }
    }
    return arguments.isEmpty ? .none : .arguments(arguments)
  }
}
