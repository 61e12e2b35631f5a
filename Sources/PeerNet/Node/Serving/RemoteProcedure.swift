import ETF

/// The remote-procedure handle `beam_admin` (Protocol, Remote procedure handle).
enum RemoteProcedure {
  static let handle = Array("beam_admin".utf8)
  /// How many bytes the module and function may take beside the arguments.
  static let overhead = 1_024

  /// Reads `{rpc, Module, Function, ArgsList}` or, for messages, `{cast, …}`.
  ///
  /// `'Elixir.Wifi'` and `wifi` both name module `wifi`.
  ///
  /// - Returns: the procedure's name, `wifi.restart`, and its list of arguments; nil for any other shape.
  static func parse(_ term: Term, tag: StaticString) -> (name: [UInt8], arguments: Term)? {
    guard case .tuple(let elements) = term, elements.count == 4,
      let verb = elements[0].atomBytes, verb.equals(tag),
      let module = elements[1].atomBytes, let function = elements[2].atomBytes,
      !module.isEmpty, !function.isEmpty, elements[3].listElements != nil
    else { return nil }
    return (moduleName(module) + [UInt8(ascii: ".")] + function, elements[3])
  }

  private static func moduleName(_ module: [UInt8]) -> [UInt8] {
    let prefix = Array("Elixir.".utf8)
    guard module.starts(with: prefix) else { return module }
    var name = Array(module.dropFirst(prefix.count))
    if let first = name.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) { name[0] = first + 32 }
    return name
  }
}
