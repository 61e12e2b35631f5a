import ETF

/// A Swift value that travels as an Erlang term.
///
/// Arguments and answers of typed calls and handlers are of such types. The standard ones are, with what is sent and
/// what is accepted besides:
///
/// | Swift | sent as | accepted, too |
/// |---|---|---|
/// | `Bool` | the atoms `true`, `false` | |
/// | `Int`, `UInt8`, … `Int128` | an integer | |
/// | `Double`, `Float` | a float, which has to be finite | an integer |
/// | `String` | a binary in UTF-8 | a list of characters; an atom but `nil`, `undefined`, `true` and `false` |
/// | `[UInt8]` | a binary | a list of bytes |
/// | `Array` | a list | |
/// | `Dictionary` | a map, sorted by key | |
/// | `Optional` | the atom `nil`, or the value | the atom `undefined` |
/// | ``NoArguments`` | an empty map | an empty list, `nil`, `undefined` |
/// | ``Nothing`` | the atom `ok` | anything |
/// | `Term` | itself | |
///
/// The atoms above are the only ones that are ever sent: a peer on the BEAM drops the connection for an atom that it has
/// never seen (Protocol, Terms).
///
/// A `Codable` type conforms by saying so, and is a map from the names of its properties:
///
///     struct Reading: Codable, TermConvertible {
///       var sensor: String
///       var celsius: Double?
///     }
///     try Reading(sensor: "cellar", celsius: 11.5).term  // #{<<"celsius">> => 11.5,<<"sensor">> => <<"cellar">>}
///
/// See ``TermEncoder`` and ``TermDecoder`` for the rules. Whatever else a type needs to be, it writes itself:
///
///     struct Level: TermConvertible {
///       var isActive: Bool
///       init(term: Term) throws(TermConversionError) { isActive = try Int(term: term) != 0 }
///       var term: Term { .integer(isActive ? 1 : 0) }
///     }
public protocol TermConvertible: Sendable {
  /// Reads a term, from whomever it came.
  ///
  /// - Throws: `TermConversionError` for a term of any other shape or beyond the type's range. No term traps.
  init(term: Term) throws(TermConversionError)

  /// The value as a term.
  ///
  /// - Throws: `TermConversionError` for a value that no term stands for, such as a number that is not finite.
  var term: Term { get throws(TermConversionError) }
}

extension Term: TermConvertible {
  /// Takes the term as it is.
  public init(term: Term) { self = term }

  /// Itself.
  public var term: Term { self }

  /// What BEAM languages write for no value.
  var isNil: Bool { self == .atom("nil") || self == .atom("undefined") }
}
