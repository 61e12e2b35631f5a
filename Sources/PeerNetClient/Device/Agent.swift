extension Device {
  /// The program on a board that answers: `peernetd`.
  public struct Agent: Sendable {
    let device: Device

    /// Who we are to the board and what it lets us do. The one procedure that every paired peer may call.
    public func whoami() async throws -> Caller { try await device.call("agent.whoami") }
  }
}

extension Device.Agent {
  /// A peer as a board knows it.
  public struct Caller: Codable, TermConvertible, Hashable {
    /// What the board's operator calls us.
    public let label: String
    /// Our key, 52 characters.
    public let key: String
    /// Our fingerprint, 16 hexadecimal digits.
    public let fingerprint: String
    /// 1 or 2: the wire that this connection speaks.
    public let wire: Int?
    /// What its trust list allows us, as it stands behind `allow=`.
    public let grants: [String]
    /// The procedures that we may call, some of them with some arguments only.
    public let procedures: [String]
  }
}
