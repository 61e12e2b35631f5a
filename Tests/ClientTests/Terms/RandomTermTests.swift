import ETF
import PeerNetClient
import Seeds
import TestKit
import Testing

private struct Everything: Codable, TermConvertible, Equatable {
  var a: Int?
  var b: String?
  var c: [Everything]?
  var d: [String: Double]?
  var e: [UInt8]?
  var f: Term?
  var g: Shape?
}

private indirect enum Shape: Codable, TermConvertible, Equatable {
  case a(b: Int?)
  case c(d: [Shape]?)
}

/// Terms that no type expects, and values of every type, thousands of them and the same on every run.
@Suite struct RandomTermTests {
  /// What a type makes of a term: a value that survives the way back, or a typed error.
  ///
  /// - Returns: whether it was a value.
  private func holds<Value: TermConvertible & Equatable>(_ type: Value.Type, _ term: Term) throws -> Bool {
    let value: Value
    do { value = try Value(term: term) } catch {
      #expect(error.description.utf8.count < 16_384)
      return false
    }
    let again = try Value(term: Term.decode(value.term.encoded()))
    #expect(again == value, "\(type) of \(term.text())")
    // And the same bytes whenever it is written.
    #expect(try again.term.encoded() == value.term.encoded())
    return true
  }

  @Test func noTermTrapsAnyType() throws {
    var terms = RandomTerms(seed: 1)
    var taken: [String: Int] = [:]
    func attempt<Value: TermConvertible & Equatable>(_ type: Value.Type, _ term: Term) throws {
      if try holds(type, term) { taken["\(type)", default: 0] += 1 }
    }
    for _ in 0..<8_000 {
      let term = terms.term(depth: 4)
      try attempt(Bool.self, term)
      try attempt(Int.self, term)
      try attempt(Int8.self, term)
      try attempt(UInt16.self, term)
      try attempt(UInt64.self, term)
      try attempt(Int128.self, term)
      try attempt(Double.self, term)
      try attempt(Float.self, term)
      try attempt(String.self, term)
      try attempt([UInt8].self, term)
      try attempt([Int].self, term)
      try attempt([String].self, term)
      try attempt([Term].self, term)
      try attempt(Int?.self, term)
      try attempt([[Int?]].self, term)
      try attempt([String: Int].self, term)
      try attempt([String: Term].self, term)
      try attempt([Int: [String]].self, term)
      try attempt([Double: String].self, term)
      try attempt([[UInt8]: Term].self, term)
      try attempt(NoArguments.self, term)
      try attempt(Nothing.self, term)
      try attempt(PositionalArguments.self, term)
      try attempt(Everything.self, term)
      try attempt([Everything].self, term)
      try attempt(Shape.self, term)
    }
    // The terms were not all nonsense: every one of these types took some.
    #expect(taken.count == 26, "\(taken)")
  }

  @Test func termsOffTheWireAreReadAsTheyAre() throws {
    var terms = RandomTerms(seed: 2)
    for _ in 0..<2_000 {
      let term = try Term.decode(terms.term(depth: 5).encoded())
      #expect(try holds(Term.self, term))
      #expect(try holds(Term?.self, term))
    }
  }
}

/// Small random terms, made of few atoms and keys so that they now and then fit.
struct RandomTerms {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func term(depth: Int) -> Term {
    switch Int.random(in: 0..<(depth > 0 ? 17 : 10), using: &random) {
    case 0: .atom(atom())
    case 1: .integer(Int64.random(in: -3...300, using: &random))
    case 2: .integer(Int64.random(in: .min ... .max, using: &random))
    case 3: .integer(BigInteger(isNegative: Bool.random(using: &random), magnitude: bytes(upTo: 24)))
    case 4: .float(Double.random(in: -1e3...1e3, using: &random))
    case 5: .float(finite(Double(bitPattern: random.next())))
    case 6: .binary(bytes(upTo: 6))
    case 7: .binary(utf8: text())
    case 8: .list([], tail: nil)
    case 9:
      Bitstring(bytes: [UInt8(truncatingIfNeeded: random.next())], bitsInLastByte: 3).map { .bitstring($0) }
        ?? .integer(0)
    case 10: .list(bytes(upTo: 6).map { .integer(Int64($0)) }, tail: nil)
    case 11: .list(elements(depth), tail: nil)
    case 12: .list(elements(depth), tail: term(depth: depth - 1))
    case 13: .tuple(elements(depth))
    case 14: .map(pairs(depth) { .binary(utf8: $0.text()) })
    case 15: .map(pairs(depth) { .atom($0.atom()) })
    default: .map(pairs(depth) { $0.term(depth: depth - 1) })
    }
  }

  private func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }

  private mutating func text() -> String {
    ["a", "b", "c", "d", "e", "f", "g", "_0", "é", "e\u{301}", "12", "日本", ""].randomElement(using: &random)!
  }

  private mutating func atom() -> Atom {
    let names: [Atom] = ["nil", "undefined", "true", "false", "ok", "a", "b", "c", "d", "e", "f", "g", ""]
    return names.randomElement(using: &random)!
  }

  private mutating func bytes(upTo count: Int) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  private mutating func elements(_ depth: Int) -> [Term] {
    (0..<Int.random(in: 0...4, using: &random)).map { _ in term(depth: depth - 1) }
  }

  /// As a decoder leaves them: no key stands twice.
  private mutating func pairs(_ depth: Int, _ key: (inout RandomTerms) -> Term) -> [MapPair] {
    var pairs: [MapPair] = []
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let key = key(&self)
      if !pairs.contains(where: { $0.key == key }) { pairs.append(MapPair(key, term(depth: depth - 1))) }
    }
    return pairs
  }
}
