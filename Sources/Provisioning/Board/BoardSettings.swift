import Disk
import PeerNet
import PeerNetClient
import Sodium

/// All that one board is to be given, but its key and the password of its wifi.
package struct BoardSettings: Sendable {
  /// Bytes of a profile's extra settings.
  static let maximumProfile = 65_536

  /// Its name, also its label on the computer that makes it.
  package let hostname: HostName
  /// The network that it joins; nil for none.
  package var wifi: WifiNetwork?
  /// Nil until it was asked for.
  package var password: WifiPassword?
  let trust: TrustList
  var profile: [UInt8]?

  /// The list that the board starts with.
  static func trustList(of entries: [TrustEntry]) throws(InvalidSetting) -> TrustList {
    guard !entries.isEmpty else {
      throw InvalidSetting("nobody could ever reach the board; name who may, as in --trust laptop")
    }
    var list = TrustList()
    for entry in entries {
      do throws(TrustListError) { try list.add(entry) } catch {
        throw InvalidSetting("\(Printable.text(entry.label)) cannot stand in its trust list: \(error.reason.code)")
      }
    }
    return list
  }

  static func profile(_ path: String) throws(InvalidSetting) -> [UInt8] {
    let bytes = try SmallFile.read(path, limit: maximumProfile)
    do throws(InvalidSetting) {
      let text = try TextFile.utf8(bytes)
      guard String(validating: text, as: UTF8.self) != nil, !text.contains(0) else {
        throw InvalidSetting("it is no text")
      }
      try ProfileFile.check(text)
      return Array(text)
    } catch { throw InvalidSetting("\(Printable.text(path)): \(error.reason)") }
  }

  /// The record that carries it, with the board's key pair; the caller wipes it.
  package func record(_ identity: borrowing KeyPair) throws(ProvisionFault) -> [UInt8] {
    var keys = KeyFile.encode(identity)
    defer { wipe(&keys) }
    var entries: [Provision.Entry] = []
    func add(_ name: StaticString, _ contents: [UInt8]) {
      let name = name.withUTF8Buffer { Array($0) }
      if let entry = Provision.Entry(name: name, contents: contents) { entries.append(entry) }
    }
    add(Provision.identity, keys)
    add(Provision.trust, trust.serialize())
    add(Provision.hostname, Array(hostname.text.utf8))
    if let wifi, let password { add(Provision.wifi, wifi.configuration(password)) }
    if let profile { add(Provision.board, profile) }
    return try Provision(entries).encode()
  }
}

/// What is wrong with something that a board is to be given: after "because". Never holds a secret.
package struct InvalidSetting: Error, Equatable, Sendable {
  /// For people.
  package let reason: String

  /// Continues a sentence after "because".
  package init(_ reason: String) { self.reason = reason }
}
