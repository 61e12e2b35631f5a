import ETF

/// Why a term is not of the type asked for, or a value cannot be a term: what was expected, what came, and where.
///
///     at values.relay: expected an integer, got a binary
///
/// It tells the shape of what came, never the value: it may be logged, and answered to whoever sent it.
public struct TermConversionError: Error, Hashable, Sendable {
  /// One step from a container to what it holds.
  public enum Step: Hashable, Sendable {
    /// The value under a key of a map.
    case key(String)
    /// An element of a list, counted from 0.
    case index(Int)
  }

  /// What would have done, with its article: `an integer`.
  public let expected: String
  /// What came, with its article: `a binary`.
  public let found: String
  /// The way from the whole value to what is wrong in it, outermost first.
  public let path: [Step]

  /// With texts that go after "expected" and "got".
  public init(expected: String, found: String, path: [Step] = []) {
    self.expected = expected
    self.found = found
    self.path = path
  }

  /// For a term of another shape than `expected`.
  public init(expected: String, found term: Term, path: [Step] = []) {
    self.init(expected: expected, found: term.shape, path: path)
  }

  /// The same failure, seen from the container around the value that failed.
  public func inside(_ step: Step) -> TermConversionError { inside([step]) }

  func inside(_ steps: [Step]) -> TermConversionError {
    TermConversionError(expected: expected, found: found, path: steps + path)
  }
}

extension TermConversionError: CustomStringConvertible {
  /// One line of ASCII as far as `expected` and `found` are; keys are cut to what is readable.
  public var description: String {
    let problem = "expected \(expected), got \(found)"
    return path.isEmpty ? problem : "at \(pathText): \(problem)"
  }

  private var pathText: String {
    var text = ""
    for step in path {
      switch step {
      case .key(let key): text += (text.isEmpty ? "" : ".") + Self.readable(key)
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// Keys of maps come from peers.
  private static func readable(_ key: String) -> String {
    let isPlain = key.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
      default: false
      }
    }
    if isPlain && 1...64 ~= key.utf8.count { return key }
    return Term.binary(Array(key.utf8.prefix(64))).text(limits: .init(length: 64))
  }
}

extension Term {
  /// What kind of term it is, without what it holds.
  fileprivate var shape: String {
    switch self {
    case .atom("nil"): "the atom nil"
    case .atom("undefined"): "the atom undefined"
    case .atom("true"): "the atom true"
    case .atom("false"): "the atom false"
    case .atom: "an atom"
    case .integer, .bigInteger: "an integer"
    case .float: "a float"
    case .binary: "a binary"
    case .bitstring: "a bit string"
    case .string(let bytes): "a list of \(bytes.count)"
    case .list(let elements): elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
    case .improperList: "an improper list"
    case .tuple(let elements): "a tuple of \(elements.count)"
    case .map(let pairs): pairs.isEmpty ? "an empty map" : "a map of \(pairs.count)"
    }
  }
}

/// `Term ~= Term` for patterns of known atoms.
private func ~= (atom: Atom, term: Atom) -> Bool { atom == term }
