/// What the node asks of the outside world, in order.
public enum Output: Sendable {
  /// Connect to an address; answer with `connected` or `dialFailed`.
  case dial(ConnectionID, Endpoint, deadline: TimeSpan)
  /// Write bytes; answer with `drained` once the kernel has taken all of them. One is under way a connection.
  case send(ConnectionID, [UInt8])
  /// Close: with `flush` once what was sent before has gone out, within a short time. Nothing more is to be heard of
  /// this connection.
  case close(ConnectionID, flush: Bool)
  /// Stop reading from a connection, or go on. Meanwhile the peer's bytes wait in the kernel, which slows the peer
  /// down.
  case setReading(ConnectionID, Bool)
  /// Send a datagram to every interface's broadcast address.
  case broadcast([UInt8])
  /// Send a datagram to one address, out of the interface with the index `link`.
  case datagram([UInt8], to: Endpoint, link: UInt32)
  /// Send a datagram to a connection's other end from the UDP port that `Node.offerProbes` was told of. A transport that
  /// told of none never gets one.
  case probe(ConnectionID, [UInt8], to: Endpoint)
  /// Tell the application.
  case event(Event)
}

/// How a call of ours ended.
public enum CallOutcome: Hashable, Sendable {
  /// The peer replied, with a result or with an error.
  case answered(Reply)
  /// Its deadline passed. The peer may have run it.
  case timedOut
  /// Its connection ended first. The peer may have run it.
  case lost(CloseReason)
  /// Its connection ended before a byte of it had left: the peer has not run it.
  case notSent(CloseReason)
}

/// Why a peer's request was not handed to the application.
public enum RefusalReason: Hashable, Sendable {
  /// Nothing of that name is exposed, or nothing that `beam_admin` reaches.
  case noSuchHandle
  /// The peer's trust line does not allow the name.
  case forbidden
  /// The handler, or the peer's connection, has no place free.
  case busy
  /// The arguments are larger than the name allows. They were not decoded.
  case tooLarge
  /// A term that `beam_admin` does not take (Protocol, Remote procedure handle).
  case notRemoteProcedure
}

/// Why a call was not made.
public enum CallError: Error, Hashable, Sendable {
  /// The key is not in the trust list.
  case untrustedPeer
  /// No connection to it is up now. Nothing was sent.
  case notConnected
  /// The encoded call exceeds an envelope.
  case tooLarge
  /// Too many calls or bytes wait on the connection already.
  case busy
}
