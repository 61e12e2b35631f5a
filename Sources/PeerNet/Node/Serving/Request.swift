import ETF
import Sodium

/// What a trusted peer asks for, and may ask for as far as its name goes.
public struct Request: Sendable {
  /// How the procedure was named.
  public enum Form: Hashable, Sendable {
    /// `{call, Id, Name, Args}`: the arguments are the term itself.
    case handle
    /// `{call, Id, beam_admin, {rpc, Module, Function, ArgsList}}`: the arguments are a list.
    case remoteProcedure
  }

  /// Answers it, once. Nil for a message, which has no answer.
  public let token: RequestToken?
  /// Who asks; proven by the handshake.
  public let peer: PublicKey
  /// What our operator calls the peer, UTF-8.
  public let label: [UInt8]
  /// What the peer's trust line allows.
  public let grants: Grants
  /// How far the peer may use this name: the arguments that a grant is bound to are for the handler to look at.
  public let permission: Permission
  /// The procedure's own name, `wifi.restart`, however it was reached.
  public let name: [UInt8]
  /// Of any shape: nothing but the bounds of Protocol, Terms was checked.
  public let arguments: Term
  /// How it was named, and so what shape the arguments should have.
  public let form: Form
  /// The connection that it came by, and its answer goes by.
  public let connection: ConnectionID
  /// What that connection speaks.
  public let wire: Wire
}

/// Who may use a handle. Default-deny: what is not named here and not exposed does not exist for a peer.
public enum Access: Hashable, Sendable {
  /// A peer whose trust line allows the name, whatever its arguments.
  case granted
  /// Also a peer whose trust line allows the name with some argument only. The handler itself holds the arguments
  /// against `Request.permission` before it does anything.
  case grantedByArgument
  /// Every trusted peer.
  case anyTrusted
}
