import PeerNet
import Sodium

/// What is written to the data partition where state is missing: after the first boot, and after the partition was lost.
public struct Seed: Hashable, Sendable {
  /// One file to write, for its owner alone (0600).
  public struct File: Hashable, Sendable {
    /// Below the data partition's root, such as `peernet/trust`.
    public let path: [UInt8]
    /// May hold secrets.
    public let contents: [UInt8]
    /// Whether something stands there that cannot be used, rather than nothing.
    public let replacesBroken: Bool
  }

  /// The files, in the order in which they are to be written.
  public let files: [File]
  /// Whether the provisioned trust list cannot be read. It is left out then: nobody is trusted by half a list.
  public let isTrustUnreadable: Bool

  /// Decides what is missing. What is there and can be used is left as it is; a file is missing, too, when it is empty, when it is a key
  /// file or a trust list that cannot be read, and no last good copy of the list is left; or when it is a text that was cut off.
  ///
  /// - Parameters:
  ///   - revoked: the keys that were unpaired in the field; they are not in the list that is written.
  ///   - existing: the contents of a file below the data partition's root; nil when it is not there.
  public init(_ provision: Provision, revoked: [PublicKey], existing: (StaticString) -> [UInt8]?) {
    var files: [File] = []
    var isTrustUnreadable = false
    func add(_ path: StaticString, _ contents: [UInt8]?, isUsable: ([UInt8]) -> Bool = { !$0.isEmpty }) {
      let present = existing(path)
      guard let contents, isUsable(contents) else { return }
      if let present, isUsable(present) { return }
      files.append(File(path: path.bytes, contents: contents, replacesBroken: present != nil))
    }
    add(Self.identity, provision.contents(Provision.identity), isUsable: Self.isKeyFile)
    if let provisioned = provision.contents(Provision.trust) {
      let trusted = Self.without(revoked, provisioned)
      isTrustUnreadable = trusted == nil
      if !(existing(Self.lastGoodTrust).map(Self.isTrustList) ?? false) {
        add(Self.trust, trusted, isUsable: Self.isTrustList)
      }
    }
    add(Self.hostname, provision.contents(Provision.hostname))
    add(Self.wifi, provision.contents(Provision.wifi), isUsable: Self.isWholeWifi)
    // As an editor may have left it: without the end of its last line the agent takes the file for half of one.
    add(Self.board, provision.contents(Provision.board).map(Self.ended), isUsable: Self.isEnded)
    self.files = files
    self.isTrustUnreadable = isTrustUnreadable
  }

  /// `peernet/identity.keys`
  public static var identity: StaticString { "peernet/identity.keys" }
  /// `peernet/trust`
  public static var trust: StaticString { "peernet/trust" }
  /// `peernet/trust.good`, which the agent keeps: the last trust list that could be read.
  public static var lastGoodTrust: StaticString { "peernet/trust.good" }
  /// `hostname`
  public static var hostname: StaticString { "hostname" }
  /// `wifi/wpa_supplicant.conf`
  public static var wifi: StaticString { "wifi/wpa_supplicant.conf" }
  /// `peernet/board.conf`
  public static var board: StaticString { "peernet/board.conf" }

  private static func isEnded(_ text: [UInt8]) -> Bool { text.last == UInt8(ascii: "\n") }

  private static func ended(_ text: [UInt8]) -> [UInt8] {
    text.isEmpty || isEnded(text) ? text : text + [UInt8(ascii: "\n")]
  }

  /// Whether every block of a configuration of wpa_supplicant's is closed, and the last line: of half a file it would take
  /// nothing at all, and the board would join no network.
  private static func isWholeWifi(_ text: [UInt8]) -> Bool {
    var isInBlock = false
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let word = line.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\r") }
      if word.first == UInt8(ascii: "#") { continue }
      if isInBlock {
        if word == [UInt8(ascii: "}")] { isInBlock = false }
      } else if word.suffix(2) == [UInt8(ascii: "="), UInt8(ascii: "{")] {
        isInBlock = true
      }
    }
    return isEnded(text) && !isInBlock
  }

  private static func isKeyFile(_ bytes: [UInt8]) -> Bool {
    do throws(KeyFileFault) {
      _ = try KeyFile.decode(bytes)
      return true
    } catch {
      return false
    }
  }

  private static func isTrustList(_ bytes: [UInt8]) -> Bool { without([], bytes) != nil }

  /// The list without these keys; nil when it cannot be read.
  private static func without(_ revoked: [PublicKey], _ bytes: [UInt8]) -> [UInt8]? {
    do throws(TrustListError) {
      var list = try TrustList.parse(bytes)
      for key in revoked where list.entry(for: key) != nil { try list.remove(key) }
      return list.serialize()
    } catch {
      return nil
    }
  }
}
