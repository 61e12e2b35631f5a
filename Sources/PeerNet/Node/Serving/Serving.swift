import ETF
import Sodium

/// What is exposed to peers, and which of their requests are at work.
struct Serving {
  /// A request that was handed out and not answered yet.
  struct Work: Numbered {
    let number: UInt64
    let connection: ConnectionID
    let id: UInt64
    let byteCount: Int
    let peer: PublicKey
    let handler: Handler

    var name: [UInt8] { handler.name }
  }

  /// Why a request is not handed out, under the name that it came by.
  struct Refused: Error {
    let name: [UInt8]
    let reason: RefusalReason
  }

  private(set) var handlers: [[UInt8]: Handler] = [:]
  private(set) var works = NumberedList<Work>()
  /// Which peers these belong to.
  private(set) var places = Slots(limit: .max, isFair: false)
  private var last: UInt64 = 0

  // MARK: Handlers

  /// The handler of a name, from now on exposed. A revoked one comes back if requests are still at work: they count.
  mutating func expose(_ name: [UInt8]) -> Handler {
    let handler = handlers[name] ?? works.elements.first { $0.name == name }?.handler ?? Handler(name)
    handlers[name] = handler
    return handler
  }

  mutating func revoke(_ name: [UInt8]) { handlers.removeValue(forKey: name)?.authorized = [] }

  /// A key is not trusted any more.
  func forget(_ key: PublicKey) { for handler in handlers.values { handler.authorized.remove(key) } }

  /// The names that a peer may call, sorted.
  func callable(by entry: TrustEntry) -> [[UInt8]] {
    handlers.values.filter { $0.permission(of: entry) != .none }.map { $0.name }.sorted {
      $0.lexicographicallyPrecedes($1)
    }
  }

  // MARK: Requests

  /// The most bytes of arguments that are read under a name, unless they are small ones.
  func maximumArguments(of name: [UInt8]) -> Int {
    guard name == RemoteProcedure.handle else { return handlers[name]?.maximumArguments ?? 0 }
    var maximum = 0
    for handler in handlers.values where handler.isRemoteProcedure { maximum = max(maximum, handler.maximumArguments) }
    return maximum < Int.max ? maximum + RemoteProcedure.overhead : maximum
  }

  /// Finds the handler of a request and holds against it who asks and how much. A call takes its places until it is
  /// answered; a message, which has no `id`, takes none. No peer has more than `maximum` of them.
  mutating func admit(
    _ handle: [UInt8], _ arguments: Term, of incoming: Incoming, id: UInt64?, over connection: Connection,
    from entry: TrustEntry, atMost maximum: Int
  ) throws(Refused) -> Request {
    var name = handle
    var arguments = arguments
    var form = Request.Form.handle
    if handle == RemoteProcedure.handle {
      (name, arguments) = try remoteProcedure(arguments, of: incoming, tag: id == nil ? "cast" : "rpc")
      form = .remoteProcedure
    }
    guard let handler = handlers[name], form == .handle || handler.isRemoteProcedure else {
      throw Refused(name: name, reason: .noSuchHandle)
    }
    let permission = handler.permission(of: entry)
    guard permission != .none else { throw Refused(name: name, reason: .forbidden) }
    // Which remote procedure is called is known only here.
    let other = form == .remoteProcedure ? RemoteProcedure.overhead : 0
    guard !incoming.isCut, incoming.argumentCount - other <= max(handler.maximumArguments, Incoming.smallArguments)
    else {
      throw Refused(name: name, reason: .tooLarge)
    }
    var token: RequestToken?
    if let id {
      guard handler.slots.hasRoom(for: entry.key), places.count(of: entry.key) < maximum else {
        throw Refused(name: name, reason: .busy)
      }
      handler.slots.take(entry.key)
      places.take(entry.key)
      last += 1
      works.append(
        Work(
          number: last, connection: connection.id, id: id, byteCount: incoming.byteCount, peer: entry.key,
          handler: handler))
      token = RequestToken(last)
    }
    return Request(
      token: token, peer: entry.key, label: entry.label, grants: entry.grants, permission: permission,
      name: handler.name, arguments: arguments, form: form, connection: connection.id, wire: connection.wire)
  }

  /// What `beam_admin` was asked for.
  private func remoteProcedure(
    _ arguments: Term, of incoming: Incoming, tag: StaticString
  ) throws(Refused) -> (name: [UInt8], arguments: Term) {
    guard !incoming.isCut else { throw Refused(name: RemoteProcedure.handle, reason: .tooLarge) }
    guard let parsed = RemoteProcedure.parse(arguments, tag: tag) else {
      throw Refused(name: RemoteProcedure.handle, reason: .notRemoteProcedure)
    }
    return parsed
  }

  /// Gives the places of a request back. Nil for a token that is unknown by now.
  mutating func finish(_ token: RequestToken) -> Work? {
    guard let work = works.remove(token.value) else { return nil }
    release(work)
    return work
  }

  /// Gives back the places of requests that came over a connection which has ended, where their handles allow it: their
  /// answers would reach nobody.
  mutating func abandon(_ connection: ConnectionID) {
    for work in works.take(where: { $0.connection == connection && $0.handler.endsWithConnection }) { release(work) }
  }

  private mutating func release(_ work: Work) {
    work.handler.slots.release(work.peer)
    places.release(work.peer)
  }
}
