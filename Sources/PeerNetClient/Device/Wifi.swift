import ETF

extension Device {
  /// A board's radio.
  public struct Wifi: Sendable {
    let device: Device

    /// What the radio is doing, and what became of the last restart.
    public func status() async throws -> Status { try await device.call("wifi.status") }

    /// The networks in range, the strongest first; it takes seconds.
    public func scan() async throws -> [Network] {
      struct Answer: Codable, TermConvertible { var networks: [Network] }
      return try await device.call("wifi.scan", as: Answer.self, timeout: max(.seconds(30), device.timeout)).networks
    }

    /// Brings the link down and up again, and waits until it is.
    ///
    /// When the connection to the board goes down with it, the outcome is asked for over the next one, and the wifi is
    /// restarted only once.
    ///
    /// - Parameter timeout: for all of it. The board itself gives up a little earlier, so that its reason is heard:
    ///   after at least 5 s and at most 300.
    /// - Throws: a ``PeerNetError/remote(_:)`` whose code is `step_failed` when the link did not come up. Of the others,
    ///   see ``Device``, ``PeerNetError/outcomeUnknown(_:)`` means that the board was not reached again in time.
    @discardableResult
    public func restart(timeout: Duration = .seconds(40)) async throws -> Restart {
      try Restart(term: await restarted(within: timeout) {})
    }

    /// The answer as it came: of `wifi.restart`; or of `wifi.status` if the connection went down meanwhile.
    package func restarted(within limit: Duration, onLoss: @escaping @Sendable () -> Void) async throws -> Term {
      try await WifiRestart(device: device, limit: limit).run(onLoss: onLoss)
    }
  }
}

extension Device.Wifi {
  /// A network's name: up to 32 bytes of anything, most often UTF-8.
  public struct SSID: Codable, TermConvertible, Hashable, CustomStringConvertible {
    /// As they are in the air.
    public let bytes: [UInt8]

    /// Of these bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    /// From a binary.
    public init(term: Term) throws(TermConversionError) { bytes = try [UInt8](term: term) }
    /// A binary.
    public var term: Term { .binary(bytes) }

    /// The bytes as text, with what is not UTF-8 replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// What a radio is doing. What the board could not find out is nil.
  public struct Status: Codable, TermConvertible, Hashable {
    /// How far the radio has come; others than these may come.
    public struct State: RawRepresentable, Codable, TermConvertible, Hashable {
      /// Its name in answers.
      public let rawValue: String
      /// By its name in answers.
      public init(rawValue: String) { self.rawValue = rawValue }

      /// Associated, keys in place: data flows.
      public static let completed = State(rawValue: "completed")
      /// No supplicant answers on the board.
      public static let unreachable = State(rawValue: "unreachable")
      /// Told to leave its network, or nothing tried yet.
      public static let disconnected = State(rawValue: "disconnected")
      /// The radio is switched off.
      public static let interfaceDisabled = State(rawValue: "interface_disabled")
      /// There is no network to look for.
      public static let inactive = State(rawValue: "inactive")
      /// Looking for a network.
      public static let scanning = State(rawValue: "scanning")
      /// Greeting an access point.
      public static let authenticating = State(rawValue: "authenticating")
      /// Asking an access point to be let in.
      public static let associating = State(rawValue: "associating")
      /// Let in, without keys yet.
      public static let associated = State(rawValue: "associated")
      /// Agreeing on keys.
      public static let handshake = State(rawValue: "handshake")
      /// The supplicant says something that the board does not know.
      public static let unknown = State(rawValue: "unknown")
    }

    /// The radio's name on the board, `wlan0`.
    public let interface: String?
    /// How far it has come.
    public let state: State
    /// The network's name.
    public let ssid: SSID?
    /// The access point, `aa:bb:cc:dd:ee:ff`.
    public let bssid: String?
    /// MHz
    public let frequency: Int?
    /// dBm
    public let signal: Int?
    /// IPv4
    public let address: String?
    /// Nil when there was none since the agent started.
    public let lastRestart: LastRestart?

    enum CodingKeys: String, CodingKey {
      case interface, state, ssid, bssid
      case frequency = "freq"
      case signal = "rssi"
      case address = "ip"
      case lastRestart = "last_restart"
    }
  }

  /// The last restart, as the board remembers it for whoever lost the link with it.
  public struct LastRestart: Codable, TermConvertible, Hashable {
    /// How far it came.
    public struct Outcome: RawRepresentable, Codable, TermConvertible, Hashable {
      /// Its name in answers.
      public let rawValue: String
      /// By its name in answers.
      public init(rawValue: String) { self.rawValue = rawValue }

      /// It is under way.
      public static let running = Outcome(rawValue: "running")
      /// The link came up.
      public static let ok = Outcome(rawValue: "ok")
      /// It did not.
      public static let failed = Outcome(rawValue: "failed")
    }

    /// When it began, in seconds since 1970 by the board's clock.
    public let at: Int?
    /// Seconds since then.
    public let ago: Int
    /// The fingerprint of who asked for it first.
    public let by: String?
    /// How far it came.
    public let outcome: Outcome
    /// The step that it is at, or failed at.
    public let step: String?
    /// Why it failed, as the caller was answered: `step_failed: …`.
    public let reason: String?
    /// What brought the link up; with `ok`.
    public let way: Restart.Way?
    /// Milliseconds to the link; with `ok`.
    public let took: Int?

    enum CodingKeys: String, CodingKey {
      case at, ago, by, outcome, step, reason, way
      case took = "took_ms"
    }
  }

  /// A restart that succeeded.
  public struct Restart: TermConvertible, Hashable {
    /// What brought the link up; others than these may come.
    public struct Way: RawRepresentable, Codable, TermConvertible, Hashable {
      /// Its name in answers.
      public let rawValue: String
      /// By its name in answers.
      public init(rawValue: String) { self.rawValue = rawValue }

      /// The supplicant read its configuration again.
      public static let reconfigure = Way(rawValue: "reconfigure")
      /// The supplicant associated anew.
      public static let reassociate = Way(rawValue: "reassociate")
      /// The supplicant was started anew.
      public static let respawn = Way(rawValue: "respawn")
      /// NetworkManager activated the connection once more.
      public static let activate = Way(rawValue: "activate")
      /// NetworkManager activated whichever connection fitted.
      public static let connect = Way(rawValue: "connect")
      /// NetworkManager switched the radio off and on.
      public static let radio = Way(rawValue: "radio")
    }

    /// The new link.
    public let status: Status
    /// What brought it up.
    public let way: Way?
    /// Milliseconds from the first call for it to the link.
    public let took: Int?
    /// Whether it was under way already when we asked; false when the connection was lost meanwhile.
    public let joined: Bool

    /// From the answer of `wifi.restart`, or of `wifi.status` after one that succeeded.
    public init(term: Term) throws(TermConversionError) {
      status = try Status(term: term)
      let outcome = try Outcome(term: term)
      way = outcome.way ?? status.lastRestart?.way
      took = outcome.took ?? status.lastRestart?.took
      joined = outcome.joined ?? false
    }

    /// As a board answers: what it tells of the link, with the rest beside it.
    public var term: Term {
      get throws(TermConversionError) {
        let outcome = try Outcome(way: way, took: took, joined: joined).term
        return try Term.sortedMap((status.term.pairs ?? []) + (outcome.pairs ?? []))
      }
    }

    private struct Outcome: Codable, TermConvertible {
      var way: Way?
      var took: Int?
      var joined: Bool?

      enum CodingKeys: String, CodingKey {
        case way, joined
        case took = "took_ms"
      }
    }
  }

  /// How a network protects what is sent in it. Later releases may add cases.
  public struct Security: RawRepresentable, Codable, TermConvertible, Hashable {
    /// Its name in answers.
    public let rawValue: String
    /// By its name in answers.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Open: everybody may join and listen.
    public static let open = Security(rawValue: "open")
    /// Encrypted without a password: everybody may join, nobody can listen.
    public static let owe = Security(rawValue: "owe")
    /// A key that is broken in minutes.
    public static let wep = Security(rawValue: "wep")
    /// The first WPA, with a password.
    public static let wpa = Security(rawValue: "wpa")
    /// WPA2 with a password.
    public static let wpa2 = Security(rawValue: "wpa2")
    /// WPA3 with a password.
    public static let wpa3 = Security(rawValue: "wpa3")
    /// More than one of WPA, WPA2 and WPA3.
    public static let mixed = Security(rawValue: "mixed")
    /// Each user has a name and a password, or a certificate.
    public static let enterprise = Security(rawValue: "enterprise")
    /// Something that the board has no name for.
    public static let other = Security(rawValue: "other")
  }

  /// An access point that a scan heard.
  public struct Network: Codable, TermConvertible, Hashable {
    /// Empty for a hidden network.
    public let ssid: SSID
    /// `aa:bb:cc:dd:ee:ff`
    public let bssid: String
    /// MHz
    public let frequency: Int?
    /// dBm
    public let signal: Int?
    /// How it protects what is sent in it.
    public let security: Security?

    enum CodingKeys: String, CodingKey {
      case ssid, bssid, security
      case frequency = "freq"
      case signal = "rssi"
    }
  }
}
