/// Names one connection between the node and its transport. Never used twice by a node.
public struct ConnectionID: Hashable, Comparable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) { self.value = value }

  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Names one call of ours until its outcome. On the wire it is the call's `Id`.
public struct CallID: Hashable, Comparable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) { self.value = value }

  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Names one request of a peer until it is answered. Unlike the peer's own `Id` it is unique in the node.
public struct RequestToken: Hashable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) { self.value = value }
}
