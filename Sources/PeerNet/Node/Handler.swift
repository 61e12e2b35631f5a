import Sodium

/// One exposed name. Requests at work hold it, so that it counts them to their end.
final class Handler {
  let name: [UInt8]
  var access = Access.granted
  /// Whether `beam_admin` reaches it as a remote procedure.
  var isRemoteProcedure = false
  /// Requests at work at once; more are refused as busy.
  var limit = 0
  /// Keys that the application authorized beyond what their trust lines say.
  var authorized: Set<PublicKey> = []
  var running = 0

  init(_ name: [UInt8]) { self.name = name }

  func allows(_ entry: TrustEntry) -> Bool {
    switch access {
    case .anyTrusted: true
    case .granted: authorized.contains(entry.key) || entry.grants.allows(name)
    case .grantedByArgument: authorized.contains(entry.key) || entry.grants.mayAllow(name)
    }
  }
}
