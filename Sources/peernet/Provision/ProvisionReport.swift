import Admin
import Disk
import PeerNet
import PeerNetClient
import Provisioning
import Sodium

/// What an image carries for its board, without what is secret.
struct ProvisionReport {
  private let provision: Provision
  /// The board model that the image was built for; nil when the image does not say.
  private let board: String?
  private let identity: PublicKey?
  private let trust: TrustList?

  init(_ provision: Provision, board: String?) {
    self.provision = provision
    self.board = board
    identity = provision.contents(Provision.identity).flatMap { bytes in
      var bytes = bytes
      defer { wipe(&bytes) }
      return try? KeyFile.decode(bytes).publicKey
    }
    trust = provision.contents(Provision.trust).flatMap { try? TrustList.parse($0) }
  }

  var lines: [String] {
    var rows: [(String, String)] = [("hostname", hostname ?? "-")]
    rows.append(("board", board ?? "-"))
    rows.append(("key", identity.map(\.description) ?? "-"))
    rows.append(("fingerprint", identity.map(\.fingerprintText) ?? "-"))
    for entry in trust?.entries ?? [] {
      let grants = entry.grants.isEmpty ? Procedure.agentWhoAmI.handle : Printable.text(entry.grants.text)
      rows.append(("trusts", "\(Printable.text(entry.label)) \(entry.key.fingerprintText), which may call \(grants)"))
    }
    if let ssid {
      let security = wifi("psk") == nil ? "open" : "with a password"
      rows.append(("wifi", "\(ssid), \(security), country \(country)"))
    } else {
      rows.append(("wifi", "-"))
    }
    if let profile { rows.append(("profile", "\(profile.count) bytes")) }
    return rows.map { $0.0 + String(repeating: " ", count: 13 - $0.0.count) + $0.1 }
  }

  var json: JSON {
    .object([
      ("hostname", .optional(hostname)), ("board", .optional(board)), ("key", .optional(identity?.description)),
      ("fingerprint", .optional(identity?.fingerprintText)),
      (
        "trust",
        .array(
          (trust?.entries ?? []).map { entry in
            let grants = entry.grants.text.split(separator: UInt8(ascii: ",")).map {
              String(decoding: $0, as: UTF8.self)
            }
            return .object(entry.json + [("allow", .array(grants.map { .string($0) }))])
          })
      ),
      ("wifi", .optional(ssid)), ("country", .optional(wifi("country"))),
      ("password", .bool(wifi("psk") != nil)), ("profile_bytes", .integer(Int64(profile?.count ?? 0))),
    ])
  }

  private var hostname: String? { provision.contents(Provision.hostname).map { Printable.text($0) } }
  private var ssid: String? { wifi("ssid").map { Printable.text(WifiNetwork.ssid(configured: $0)) } }
  /// The country's code with its name: a reader who took GE for Germany notices.
  private var country: String {
    guard let code = wifi("country") else { return "-" }
    guard let name = (try? Country(code))?.name else { return code }
    return "\(code) (\(name))"
  }
  private var profile: [UInt8]? { provision.contents(Provision.board) }

  /// A value as it stands in wpa_supplicant's configuration.
  private func wifi(_ name: String) -> String? {
    let lines = (provision.contents(Provision.wifi) ?? []).split(separator: UInt8(ascii: "\n"))
    let prefix = Array("\(name)=".utf8)
    return lines.lazy.map { $0.drop { $0 == UInt8(ascii: " ") } }.first { $0.starts(with: prefix) }
      .map { Printable.text(Array($0.dropFirst(prefix.count))) }
  }
}
