import PeerNet
import PeerNetClient
import Sodium

/// Whom a board is to trust, as it is written behind `--trust`: `laptop` or `me`, a label, or a key, and behind a colon what
/// it may call there.
struct TrustArgument {
  let name: String
  /// Nil when nothing is said.
  let grants: Grants?

  init(_ text: String) throws(InvalidSetting) {
    let colon = text.firstIndex(of: ":")
    name = String(text[..<(colon ?? text.endIndex)])
    guard !name.isEmpty else { throw InvalidSetting("nobody is named to be trusted") }
    grants = try colon.map { colon throws(InvalidSetting) in
      try GrantsArgument.read(String(text[text.index(after: colon)...]), at: .board)
    }
  }

  /// The line of the board's list. Whoever holds the image decides all about the board anyway, so this computer may call
  /// everything unless it is said otherwise. For others it has to be said: a board that was carried away cannot be asked again.
  func entry(allowing common: Grants?, ownKey: PublicKey, in list: TrustList) throws(InvalidSetting) -> TrustEntry {
    if name == "laptop" || name == "me" {
      return TrustEntry(key: ownKey, label: Array("laptop".utf8), grants: grants ?? common ?? .everything)
    }
    let (key, label) = try resolve(in: list)
    if key == ownKey { return TrustEntry(key: key, label: label, grants: grants ?? common ?? .everything) }
    guard let grants = grants ?? common else {
      throw InvalidSetting(
        "it is not said what \(Printable.text(name)) may call; write \(Printable.text(name)):GRANTS or --allow GRANTS")
    }
    return TrustEntry(key: key, label: label, grants: grants)
  }

  private func resolve(in list: TrustList) throws(InvalidSetting) -> (PublicKey, [UInt8]) {
    if let entry = list.entries.first(where: { $0.label == Array(name.utf8) }) { return (entry.key, entry.label) }
    guard let key = PublicKey(text: Array(name.utf8)) else {
      throw InvalidSetting("\(Printable.text(name)) is neither laptop, nor a label here, nor a key of 52 characters")
    }
    return (key, list.entry(for: key)?.label ?? key.fingerprint)
  }
}
