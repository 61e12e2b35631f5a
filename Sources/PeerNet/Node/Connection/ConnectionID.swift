/// Names one connection between the node and its transport. Never used twice by a node.
public struct ConnectionID: Hashable, Comparable, Sendable {
  /// Counts up from 1, dialled and accepted ones together.
  public let value: UInt64

  /// For transports that keep the number where they cannot keep the type.
  public init(_ value: UInt64) { self.value = value }

  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Names one call of ours until its outcome. On the wire it is the call's `Id`.
public struct CallID: Hashable, Comparable, Sendable {
  /// The call's `Id`.
  public let value: UInt64

  /// For an application that keeps the number where it cannot keep the type.
  public init(_ value: UInt64) { self.value = value }

  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Names one request of a peer until it is answered. Unlike the peer's own `Id` it is unique in the node.
public struct RequestToken: Hashable, Sendable {
  /// Counts up from 1.
  public let value: UInt64

  /// For an application that keeps the number where it cannot keep the type.
  public init(_ value: UInt64) { self.value = value }
}
