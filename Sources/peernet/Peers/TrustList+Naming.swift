import Admin
import PeerNet
import PeerNetClient
import Sodium

extension TrustList {
  /// The peer that a person means by its label, its fingerprint or at least four digits of it, or its key or at least
  /// six characters of it. A label wins over the beginning of something.
  func peer(named name: String) throws(CommandError) -> TrustEntry {
    let bytes = Array(name.utf8)
    if let entry = entries.first(where: { $0.label == bytes }) { return entry }
    let candidates = entries.filter { $0.isMeant(by: name) }
    if let only = candidates.first, candidates.count == 1 { return only }
    let what = "no peer \(Printable.text(name))"
    guard candidates.isEmpty else {
      let names = candidates.map { "\(Printable.text($0.label)) \($0.key.fingerprintText)" }.joined(separator: ", ")
      throw CommandError(.unknownPeer, what, because: "it may mean \(names)", next: "give more of it, or the label")
    }
    throw CommandError(
      .unknownPeer, what, because: "the trust list has none of that label, fingerprint or key",
      next: "see who is trusted: \(Hint.command("peers")); see who is there: \(Hint.command("discover")); "
        + "trust one of them: \(Hint.command("pair", "KEY", "LABEL"))")
  }
}

extension TrustEntry {
  fileprivate func isMeant(by name: String) -> Bool {
    let (lower, upper) = (name.lowercased(), name.uppercased())
    return name.utf8.count >= 4 && key.fingerprintText.hasPrefix(lower)
      || name.utf8.count >= 6 && key.description.hasPrefix(upper)
  }

  /// The peer as one word of a command that can be pasted: its label if that needs no quotes, else its fingerprint.
  var word: String {
    let isPlain = label.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isPlain && label.first != UInt8(ascii: "-") ? String(decoding: label, as: UTF8.self) : key.fingerprintText
  }

  var json: [(name: String, value: JSON)] {
    [("label", .text(label)), ("fingerprint", .string(key.fingerprintText)), ("key", .string(key.description))]
  }
}
