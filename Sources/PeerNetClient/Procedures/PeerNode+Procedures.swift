import ETF
import PeerNet
import Sodium

// Calls and handlers with types.
extension PeerNode {
  /// Calls a procedure of a connected peer and waits for its answer: as long as it is told, or as the procedure says, or
  /// for 5 s.
  ///
  /// With `waiting` it waits for a connection first, as ``call(_:_:_:timeout:waiting:)-(_,Atom,_,_,_)`` does.
  ///
  /// - Throws: what ``call(_:_:_:timeout:waiting:)-(_,Atom,_,_,_)`` throws, and ``TermConversionError`` when the arguments have no term, upon
  ///   which nothing was sent, or the answer is of another type, upon which the peer has done it.
  public nonisolated(nonsending) func call<Arguments, Answer>(
    _ key: PublicKey, _ procedure: RemoteProcedure<Arguments, Answer>, _ arguments: Arguments,
    timeout: Duration? = nil, waiting: Duration? = nil
  ) async throws -> Answer {
    let request = try procedure.request(arguments)
    let answer = try await call(
      key, request.handle, request.arguments, timeout: timeout ?? procedure.timeout ?? .seconds(5), waiting: waiting)
    return try Answer(term: answer)
  }

  /// Calls a procedure that takes no arguments.
  public nonisolated(nonsending) func call<Answer>(
    _ key: PublicKey, _ procedure: RemoteProcedure<NoArguments, Answer>, timeout: Duration? = nil,
    waiting: Duration? = nil
  ) async throws -> Answer {
    try await call(key, procedure, NoArguments(), timeout: timeout, waiting: waiting)
  }

  /// Exposes a name whose arguments and answer have types.
  ///
  ///     await node.expose("greet") { (name: String, request) in "Hello \(name)" }
  ///
  /// Arguments that are not of the type are answered `{error, <<"bad_argument: …">>}`, and the handler does not hear of
  /// them. A ``HandlerError`` that it throws is answered, too; whatever else it throws is `handler_crash`, as without
  /// types.
  ///
  /// Through `beam_admin`, ``NoArguments`` come from an empty list, ``PositionalArguments`` from any, and every other type
  /// from a list of one.
  ///
  /// Everything else is as with ``expose(_:access:isRemoteProcedure:limit:handler:)-(_,_,_,_,PeerNode.Handler)``.
  public func expose<Arguments: TermConvertible, Answer: TermConvertible>(
    _ name: String, access: Access = .granted, isRemoteProcedure: Bool = false, limit: Int = 16,
    handler: @escaping @Sendable (_ arguments: Arguments, _ request: Request) async throws -> Answer
  ) {
    expose(name, access: access, isRemoteProcedure: isRemoteProcedure, limit: limit) { request in
      try await handler(Arguments(of: request), request).term
    }
  }

  /// Exposes a name whose arguments have a type and whose answer is `ok`.
  public func expose<Arguments: TermConvertible>(
    _ name: String, access: Access = .granted, isRemoteProcedure: Bool = false, limit: Int = 16,
    handler: @escaping @Sendable (_ arguments: Arguments, _ request: Request) async throws -> Void
  ) {
    expose(name, access: access, isRemoteProcedure: isRemoteProcedure, limit: limit) {
      (arguments: Arguments, request) in
      try await handler(arguments, request)
      return Nothing()
    }
  }

  /// Exposes a procedure under its ``RemoteProcedure/name``; one that is named by module and function also through
  /// `beam_admin`.
  ///
  ///     await node.expose(greet) { name, request in "Hello \(name)" }
  public func expose<Arguments, Answer>(
    _ procedure: RemoteProcedure<Arguments, Answer>, access: Access = .granted, isRemoteProcedure: Bool = false,
    limit: Int = 16, handler: @escaping @Sendable (_ arguments: Arguments, _ request: Request) async throws -> Answer
  ) {
    expose(
      procedure.name, access: access, isRemoteProcedure: isRemoteProcedure || procedure.isFunction, limit: limit,
      handler: handler)
  }
}

extension TermConvertible {
  /// What a request brings, in either of the forms in which it can come.
  fileprivate init(of request: Request) throws(HandlerError) {
    let term: Term =
      switch (request.form, request.arguments.listElements) {
      case (.remoteProcedure, .some(let list)) where list.count == 1 && Self.self != PositionalArguments.self: list[0]
      case (.remoteProcedure, _), (.handle, _): request.arguments
      }
    do { try self.init(term: term) } catch {
      throw HandlerError(code: "bad_argument", message: error.description)
    }
  }
}
