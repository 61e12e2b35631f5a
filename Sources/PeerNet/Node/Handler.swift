import Sodium

/// One exposed name.
struct Handler {
  let access: Access
  /// Whether `beam_admin` reaches it as a remote procedure.
  let isRemoteProcedure: Bool
  /// Requests at work at once; more are refused as busy.
  let limit: Int
  /// Keys that the application authorized beyond what their trust lines say.
  var authorized: Set<PublicKey> = []
  var running = 0

  func allows(_ entry: TrustEntry, name: [UInt8]) -> Bool {
    switch access {
    case .anyTrusted: true
    case .granted: authorized.contains(entry.key) || entry.grants.allows(name) || entry.grants.mayAllow(name)
    }
  }
}
