import PeerNetClientLinux

func textForQRCode(_ node: PeerNode) async throws -> String {
  guard let key = await node.publicKey else { throw PeerNetError.stopped }
  let text = key.description
  // not shown
  return text
}

func pairScanned(_ node: PeerNode, _ scanned: String, _ show: (String) -> Void) async throws {
  guard let key = PublicKey(scanned) else { return show("This is no key.") }
  show("It is \(String(decoding: key.fingerprint, as: UTF8.self)). Does the other side show the same?")
  do {
    try await node.pair(key, label: "garden", allow: Grants("lamp.*"))
  } catch PeerNetError.ownKey {
    show("This is your own key.")
  } catch let error as TrustListError {
    show("It cannot be added: \(error.reason.code).")
  }
}
