import PeerNet
import Sodium

/// What stands on a machine of a `World`: a node, or a peer that follows a script.
public protocol Party: AnyObject {
  var publicKey: PublicKey { get }
  var deadline: Instant? { get }
  func nextOutput() -> Output?
  func timeout(now: Instant)
  func handleAccepted(from endpoint: Endpoint, now: Instant) -> ConnectionID
  func handleConnected(_ id: ConnectionID, now: Instant)
  func handleDialFailed(_ id: ConnectionID, _ reason: CloseReason, now: Instant)
  func handleReceived(_ id: ConnectionID, _ bytes: [UInt8], now: Instant)
  func handleDrained(_ id: ConnectionID, now: Instant)
  func handleDisconnected(_ id: ConnectionID, _ reason: CloseReason, now: Instant)
  func handleDatagram(_ bytes: [UInt8], from endpoint: Endpoint, link: UInt32?, now: Instant)
  func handleProbe(_ datagram: [UInt8], from endpoint: Endpoint, now: Instant)
  func handleNetworkChange(now: Instant)
  func handleLinkLost(_ id: ConnectionID, now: Instant)
}

extension Node: Party {}
