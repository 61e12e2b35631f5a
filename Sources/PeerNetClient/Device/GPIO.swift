import ETF

extension Device {
  /// A board's lines, by the labels of its profile.
  public struct GPIO: Sendable {
    let device: Device

    /// The lines that the board offers, in the order of its profile.
    public func list() async throws -> [Line] {
      struct Answer: Codable, TermConvertible { var lines: [Line] }
      return try await device.call("gpio.list", as: Answer.self).lines
    }

    /// Every line that can be read.
    public func read() async throws -> Levels { try await device.call("gpio.read") }

    /// Some lines; none is read when one of them cannot be.
    public func read(_ labels: [String]) async throws -> Levels {
      try await device.call("gpio.read", ["lines": labels])
    }

    /// Whether a line is active.
    public func read(_ label: String) async throws -> Bool { try await read([label]).level(of: label) }

    /// Sets outputs, all of them or none.
    ///
    ///     try await board.gpio.write(["relay": true, "led": false])
    ///
    /// - Parameter once: asks again under this key when the connection is lost; see ``Device/once(_:_:as:key:timeout:)``.
    /// - Returns: what was read back.
    @discardableResult
    public func write(_ levels: [String: Bool], once: OnceKey? = nil) async throws -> Levels {
      try await device.change("gpio.write", ["values": levels], once: once)
    }

    /// Sets an output.
    ///
    /// - Parameter once: asks again under this key when the connection is lost; see ``Device/once(_:_:as:key:timeout:)``.
    /// - Returns: what was read back.
    @discardableResult
    public func write(_ label: String, _ isActive: Bool, once: OnceKey? = nil) async throws -> Bool {
      try await write([label: isActive], once: once).level(of: label)
    }
  }
}

extension Device.GPIO {
  /// A line of a board.
  public struct Line: Codable, TermConvertible, Hashable {
    /// Which way it goes.
    public struct Direction: RawRepresentable, Codable, TermConvertible, Hashable {
      /// Its name in answers.
      public let rawValue: String
      /// By its name in answers.
      public init(rawValue: String) { self.rawValue = rawValue }

      /// Its level comes from outside.
      public static let input = Direction(rawValue: "input")
      /// Its level is the board's to set.
      public static let output = Direction(rawValue: "output")
    }

    /// What ``read(_:)-(String)`` and ``write(_:_:once:)`` call it.
    public let label: String
    /// Only outputs can be written.
    public let direction: Direction
    /// Whether active means a low level.
    public let isActiveLow: Bool?
    /// `as-is`, `disable`, `pull-up` or `pull-down`.
    public let bias: String?
    /// Milliseconds; of inputs alone.
    public let debounce: Int?
    /// The profile's words for it.
    public let description: String?

    enum CodingKeys: String, CodingKey {
      case label, direction, bias, debounce, description
      case isActiveLow = "active_low"
    }
  }

  /// What lines were found at.
  public struct Levels: Codable, TermConvertible, Hashable {
    /// Whether each line is active.
    public let values: [String: Bool]
    /// Lines that could not be read when all were asked for, and why: `code: text`.
    public let problems: [String: String]

    /// Whether a line is active; nil for one that was not read.
    public subscript(label: String) -> Bool? { values[label] }

    /// From the answer of `gpio.read` or `gpio.write`, in which 1 is active.
    public init(term: Term) throws(TermConversionError) {
      let answer = try TermDecoder().decode(Answer.self, from: term)
      values = answer.values.mapValues { $0 != 0 }
      problems = answer.problems ?? [:]
    }

    /// As a board answers.
    public var term: Term {
      get throws(TermConversionError) {
        try Answer(values: values.mapValues { $0 ? 1 : 0 }, problems: problems.isEmpty ? nil : problems).term
      }
    }

    private struct Answer: Codable, TermConvertible {
      var values: [String: Int]
      var problems: [String: String]?
    }

    func level(of label: String) throws(TermConversionError) -> Bool {
      guard let level = self[label] else {
        throw TermConversionError(expected: "a level", found: "nothing", path: [.key("values"), .key(label)])
      }
      return level
    }
  }
}
