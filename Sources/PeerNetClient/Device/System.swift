import ETF

extension Device {
  /// A board as a machine.
  public struct System: Sendable {
    let device: Device

    /// What the board tells of itself.
    public func info() async throws -> Info { try await device.call("system.info") }

    /// Starts the board anew. It answers first, and the connection goes down with it.
    ///
    /// - Parameters:
    ///   - delay: from the answer to the act, in whole seconds up to an hour.
    ///   - dryRun: whether to tell the steps and take none.
    ///   - once: asks again under this key when the connection is lost; see ``Device/once(_:_:as:key:timeout:)``.
    @discardableResult
    public func reboot(
      after delay: Duration = .seconds(1), dryRun: Bool = false, once: OnceKey? = nil
    ) async throws -> PowerPlan {
      try await device.change("system.reboot", Power(delay, dryRun), once: once)
    }

    /// Switches the board off; somebody must go there to switch it on. Otherwise as ``reboot(after:dryRun:once:)``.
    @discardableResult
    public func powerOff(
      after delay: Duration = .seconds(1), dryRun: Bool = false, once: OnceKey? = nil
    ) async throws -> PowerPlan {
      try await device.change("system.poweroff", Power(delay, dryRun), once: once)
    }

    private struct Power: Codable, TermConvertible {
      var delay: Int64
      var isDryRun: Bool

      enum CodingKeys: String, CodingKey {
        case delay
        case isDryRun = "dry_run"
      }

      /// Rounded up.
      init(_ delay: Duration, _ isDryRun: Bool) {
        let (seconds, attoseconds) = delay.components
        self.delay = attoseconds > 0 && seconds < .max ? seconds + 1 : seconds
        self.isDryRun = isDryRun
      }
    }
  }
}

extension Device.System {
  /// What a board tells of itself. What it could not find out is nil.
  public struct Info: Codable, TermConvertible, Hashable {
    /// The program that answers.
    public struct Agent: Codable, TermConvertible, Hashable {
      /// Its release.
      public let version: String?
      /// Its process.
      public let pid: Int?
      /// KiB of it in memory.
      public let residentMemory: Int?

      enum CodingKeys: String, CodingKey {
        case version, pid
        case residentMemory = "rss_kib"
      }
    }

    /// In KiB.
    public struct Memory: Codable, TermConvertible, Hashable {
      /// All that there is.
      public let total: Int?
      /// What programs could still have.
      public let available: Int?

      enum CodingKeys: String, CodingKey {
        case total = "total_kib"
        case available = "available_kib"
      }
    }

    /// As `uname` has it.
    public struct Kernel: Codable, TermConvertible, Hashable {
      /// `Linux`
      public let name: String?
      /// `6.1.21-v8+`
      public let release: String?
      /// Which build of it.
      public let version: String?
    }

    /// The hardware.
    public struct Board: Codable, TermConvertible, Hashable {
      /// The name that its profile gives it.
      public let name: String?
      /// The device tree's.
      public let model: String?
      /// Nothing of it is real but its network.
      public let isSimulated: Bool?

      enum CodingKeys: String, CodingKey {
        case name, model
        case isSimulated = "simulated"
      }
    }

    /// The board's host name.
    public let hostname: String?
    /// The program that answers.
    public let agent: Agent?
    /// Seconds since the board started.
    public let uptime: Int?
    /// Changes with every start of the board.
    public let bootIdentifier: String?
    /// Seconds since 1970, by the board's clock.
    public let time: Int?
    /// Runnable processes over 1, 5 and 15 minutes.
    public let load: [Double]?
    /// The board's.
    public let memory: Memory?
    /// As `uname` has it.
    public let kernel: Kernel?
    /// `aarch64`, `x86_64`, …
    public let machine: String?
    /// The hardware.
    public let board: Board?
    /// 1 or 2: the wire that this connection speaks.
    public let wire: Int?

    enum CodingKeys: String, CodingKey {
      case hostname, agent, uptime, time, load, memory, kernel, machine, board, wire
      case bootIdentifier = "boot_id"
    }
  }

  /// What a board is about to do, or would.
  public struct PowerPlan: Codable, TermConvertible, Hashable {
    /// `reboot` or `poweroff`.
    public let action: String
    /// Seconds from the answer to the act.
    public let delay: Int
    /// Nothing will happen.
    public let isDryRun: Bool
    /// What runs as process 1 there: `systemd`, `other` or `simulated`.
    public let initSystem: String?
    /// What is done, in order, in words.
    public let steps: [String]

    enum CodingKeys: String, CodingKey {
      case action, delay, steps
      case isDryRun = "dry_run"
      case initSystem = "init"
    }
  }
}
