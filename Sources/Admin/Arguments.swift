import Basics
import ETF

/// A call's arguments by parameter, from either of the two forms in which they come.
struct Arguments {
  private var given: [(parameter: Parameter, value: Term)] = []

  /// What a handle is called with: a map with binary or atom keys, or any of `nil`, `undefined`, `[]` for no arguments.
  init(map term: Term, for procedure: Procedure) throws(ArgumentError) {
    guard let pairs = term.pairs else {
      guard term == .list([]) || term.isAbsent else { throw .notAMap }
      return
    }
    try put(pairs, of: procedure)
  }

  /// What `beam_admin` passes: `[]`, `[Map]`, or values in the order of the procedure's parameters.
  init(list term: Term, for procedure: Procedure) throws(ArgumentError) {
    guard let values = term.listElements else { throw .notAList }
    if values.count == 1, let pairs = values[0].pairs {
      try put(pairs, of: procedure)
      return
    }
    guard values.count <= procedure.parameters.count else { throw .tooMany }
    for (parameter, value) in zip(procedure.parameters, values) { try put(parameter, value) }
  }

  /// The value, unless it was left out or is `nil`.
  func value(_ parameter: Parameter) -> Term? {
    given.first { $0.parameter == parameter }?.value
  }

  func require(_ parameter: Parameter) throws(ArgumentError) -> Term {
    guard let value = value(parameter) else { throw .missing(parameter) }
    return value
  }

  func whole(_ parameter: Parameter, in bounds: ClosedRange<Int64>, otherwise: Int64) throws(ArgumentError) -> Int64 {
    guard let value = value(parameter) else { return otherwise }
    guard let number = value.int64, bounds.contains(number) else { throw .unfit(parameter) }
    return number
  }

  func flag(_ parameter: Parameter) throws(ArgumentError) -> Bool {
    guard let value = value(parameter) else { return false }
    guard let flag = value.flag else { throw .unfit(parameter) }
    return flag
  }

  private mutating func put(_ pairs: [MapPair], of procedure: Procedure) throws(ArgumentError) {
    for pair in pairs {
      guard let key = pair.key.binaryBytes ?? pair.key.atomBytes,
        let parameter = procedure.parameters.first(where: { key.equals($0.name) })
      else { throw .unknownKey }
      try put(parameter, pair.value)
    }
  }

  private mutating func put(_ parameter: Parameter, _ value: Term) throws(ArgumentError) {
    guard !given.contains(where: { $0.parameter == parameter }) else { throw .duplicate(parameter) }
    if !value.isAbsent { given.append((parameter, value)) }
  }
}

extension Term {
  /// What BEAM languages write for no value.
  fileprivate var isAbsent: Bool {
    guard let atom = atomBytes else { return false }
    return atom.equals("nil") || atom.equals("undefined")
  }

  /// A boolean, or 0 and 1.
  var flag: Bool? {
    switch self {
    case .integer(0): false
    case .integer(1): true
    case .atom(let atom) where atom.bytes.equals("false"): false
    case .atom(let atom) where atom.bytes.equals("true"): true
    case .atom, .integer, .bigInteger, .float, .binary, .bitstring, .string, .list, .improperList, .tuple, .map: nil
    }
  }

  /// A label in any of the forms in which BEAM languages write text: binary, atom or list of characters.
  var label: [UInt8]? {
    let bytes: [UInt8]
    switch self {
    case .binary(let text), .string(let text): bytes = text
    case .atom(let atom): bytes = atom.bytes
    case .integer, .bigInteger, .float, .bitstring, .list, .improperList, .tuple, .map: return nil
    }
    return 1...Term.maximumLabel ~= bytes.count ? bytes : nil
  }

  /// Longer than any label of a profile can be.
  private static var maximumLabel: Int { 64 }
}
