import Sodium

/// One exposed name. Requests at work hold it, so that it counts them to their end.
final class Handler {
  let name: [UInt8]
  var access = Access.granted
  /// Whether `beam_admin` reaches it as a remote procedure.
  var isRemoteProcedure = false
  /// The most bytes of encoded arguments. Larger ones are refused before they are decoded, unless they are small ones
  /// (``Incoming/smallArguments``).
  var maximumArguments = Int.max
  /// Whether a request counts no longer than its connection lives.
  var endsWithConnection = false
  /// Requests at work at once; more are refused as busy.
  var slots = Slots(limit: 0, isFair: false)
  /// Keys that the application authorized beyond what their trust lines say.
  var authorized: Set<PublicKey> = []
  var running: Int { slots.taken }

  init(_ name: [UInt8]) { self.name = name }

  /// How far a trusted peer may use it. The grants of a request are looked up here; those
  /// of a call within `agent.once` by `Plan.admit`, in Admin.
  func permission(of entry: TrustEntry) -> Permission {
    if access == .anyTrusted || authorized.contains(entry.key) { return .full }
    let permission = entry.grants.permission(for: name)
    return access == .grantedByArgument || permission == .full ? permission : .none
  }
}
