import PeerNet
import Sodium

extension PublicKey: LosslessStringConvertible {
  /// Reads the 52 characters that a person types, copies or scans (Protocol, Keys); nil when they are no key.
  public init?(_ text: String) { self.init(text: Array(text.utf8)) }

  /// The 52 characters.
  public var description: String { String(decoding: text, as: UTF8.self) }

  /// The 16 characters that people compare by eye; no proof of anything.
  public var fingerprintText: String { String(decoding: fingerprint, as: UTF8.self) }
}

extension Endpoint: LosslessStringConvertible {
  /// Reads `192.0.2.7:4040`, `[2001:db8::7]:4040` or `[fe80::7%2]:4040`; nil for anything else, names among it.
  public init?(_ text: String) { self.init(text: Array(text.utf8)) }

  /// The address and port, as it is read.
  public var description: String { String(decoding: text, as: UTF8.self) }
}

extension Grants: LosslessStringConvertible {
  /// Reads `wifi.*,gpio.read,gpio.write:pump` or `*` (Protocol, Trust list); nil when an item is none of the four forms.
  public init?(_ text: String) { self.init(text: Array(text.utf8)) }

  /// The items as they stand behind `allow=`; empty for none.
  public var description: String { String(decoding: text, as: UTF8.self) }
}

extension TrustEntry {
  /// The label for people.
  public var name: String { String(decoding: label, as: UTF8.self) }
}

extension Request {
  /// The name of the peer that asks, as the trust list has it.
  public var peerName: String { String(decoding: label, as: UTF8.self) }
}

extension TrustListError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    let place = line > 0 ? "line \(line), column \(column) of the trust list: " : ""
    return place + reason.text
  }
}

extension TrustListError.Reason {
  fileprivate var text: String {
    switch self {
    case .label: "a label is 1 to 64 bytes of text without control characters"
    case .grant: "a grant is NAME, PREFIX.*, NAME:ARGUMENT or *, and there are 64 at most"
    case .duplicateKey: "the key stands there already"
    case .duplicateLabel: "another peer has that label; choose another one, or unpair that peer first"
    case .tooManyPeers: "the trust list is full"
    case .unknownPeer: "the peer is not in the trust list"
    // What is wrong with a file: its writer knows the format.
    default: "the trust list does not take it (\(code))"
    }
  }
}
