import ETF

/// The name of something that peers can be asked to do, with the types of what it takes and what it answers.
///
///     let greet = RemoteProcedure<String, String>("greet")
///     let text = try await device(greet, "Ada")
///
/// The same value serves the other side: ``PeerNode/expose(_:access:isRemoteProcedure:limit:handler:)-(RemoteProcedure<Arguments,Answer>,_,_,_,_)``.
///
/// What takes nothing has ``NoArguments``, what has nothing to tell ``Nothing``, and what should be looked at as it comes
/// `Term`.
public struct RemoteProcedure<Arguments: TermConvertible, Answer: TermConvertible>: Sendable {
  private enum Address {
    case handle(Atom)
    case function(module: Atom, name: Atom)
  }

  private let address: Address
  /// How long to wait for the answer, unless the call says otherwise; nil for as long as any other call.
  public let timeout: Duration?

  /// A handle of its own.
  public init(_ name: Atom, timeout: Duration? = nil) {
    address = .handle(name)
    self.timeout = timeout
  }

  /// A function of an Elixir node, through the handle `beam_admin` (Protocol, Remote procedure handle):
  ///
  ///     let restart = RemoteProcedure<NoArguments, Term>(module: "Elixir.Wifi", function: "restart")
  ///
  /// ``NoArguments`` are an empty list there, ``PositionalArguments`` the list itself, and anything else is the only
  /// argument. A module or function that the node's program does not hold as atoms makes it drop the connection.
  public init(module: Atom, function: Atom, timeout: Duration? = nil) {
    address = .function(module: module, name: function)
    self.timeout = timeout
  }

  /// The name under which a node of ours exposes it, and which a trust line allows: `greet`, or `wifi.restart` for the
  /// function `restart` of `'Elixir.Wifi'`.
  public var name: String {
    switch address {
    case .handle(let name): return String(decoding: name.bytes, as: UTF8.self)
    case .function(let module, let name):
      var module = module.bytes[...]
      if module.starts(with: "Elixir.".utf8) {
        module = module.dropFirst(7)
        if let first = module.first, 0x41...0x5A ~= first { module[module.startIndex] = first + 0x20 }
      }
      return String(decoding: module, as: UTF8.self) + "." + String(decoding: name.bytes, as: UTF8.self)
    }
  }

  /// Whether it is asked for through `beam_admin`.
  var isFunction: Bool { if case .function = address { true } else { false } }

  /// What to send for it.
  func request(_ arguments: Arguments) throws(TermConversionError) -> (handle: Atom, arguments: Term) {
    switch address {
    case .handle(let name): return (name, try arguments.term)
    case .function(let module, let name):
      let list: Term =
        switch arguments {
        case is NoArguments: .list([])
        case let positional as PositionalArguments: positional.term
        default: .list([try arguments.term], tail: nil)
        }
      return ("beam_admin", .tuple([.atom("rpc"), .atom(module), .atom(name), list]))
    }
  }
}
