import Disk
import PeerNet
import Sodium
import Testing

struct SeedTests {
  private let laptop = PublicKey(1, 2, 3, 4)
  private let phone = PublicKey(5, 6, 7, 8)
  private let identity = KeyFile.encode(KeyPair(privateKey: SecretKey([UInt8](repeating: 9, count: 32))!))

  private func list(_ keys: [(PublicKey, String)]) -> [UInt8] {
    var list = TrustList()
    for (key, label) in keys { try! list.add(TrustEntry(key: key, label: Array(label.utf8))) }
    return list.serialize()
  }

  private func provision(trust: [UInt8]? = nil) -> Provision {
    func entry(_ name: String, _ contents: [UInt8]) -> Provision.Entry {
      Provision.Entry(name: Array(name.utf8), contents: contents)!
    }
    return Provision([
      entry("identity.keys", identity),
      entry("trust", trust ?? list([(laptop, "laptop"), (phone, "phone")])), entry("hostname", Array("g-07".utf8)),
      entry("wifi.conf", Array("country=DE\n".utf8)), entry("board.conf", Array("[gpio]\n".utf8)),
      entry("authority", [1]),
    ])
  }

  private func seed(
    _ provision: Provision? = nil, revoked: [PublicKey] = [], existing: [String: [UInt8]] = [:]
  ) -> [String: [UInt8]] {
    let seed = Seed(provision ?? self.provision(), revoked: revoked) { existing["\($0)"] }
    return Dictionary(uniqueKeysWithValues: seed.files.map { (String(decoding: $0.path, as: UTF8.self), $0.contents) })
  }

  @Test func anEmptyPartitionGetsEverything() {
    let files = seed()
    #expect(
      files.keys.sorted() == [
        "hostname", "peernet/board.conf", "peernet/identity.keys", "peernet/trust", "wifi/wpa_supplicant.conf",
      ])
    #expect(files["peernet/identity.keys"] == identity)
    #expect(files["peernet/trust"] == list([(laptop, "laptop"), (phone, "phone")]))
    #expect(files["hostname"] == Array("g-07".utf8))
    #expect(files["wifi/wpa_supplicant.conf"] == Array("country=DE\n".utf8))
    #expect(files["peernet/board.conf"] == Array("[gpio]\n".utf8))
  }

  @Test func aKeyThatWasUnpairedDoesNotComeBack() {
    let files = seed(revoked: [PublicKey(0, 0, 0, 1), phone])
    #expect(files["peernet/trust"] == list([(laptop, "laptop")]))
    #expect(seed(revoked: [phone, laptop])["peernet/trust"] == TrustList().serialize())
  }

  @Test func whatIsThereStays() {
    let present: [String: [UInt8]] = [
      "peernet/identity.keys": KeyFile.encode(KeyPair(privateKey: SecretKey([UInt8](repeating: 5, count: 32))!)),
      "peernet/trust": TrustList().serialize(), "hostname": [97], "wifi/wpa_supplicant.conf": [10],
      "peernet/board.conf": [10],
    ]
    #expect(seed(existing: present).isEmpty)
    #expect(seed(existing: present.filter { $0.key != "hostname" }) == ["hostname": Array("g-07".utf8)])
  }

  /// The agent continues from its last good copy, in which peers stand that were paired in the field.
  @Test func theLastGoodTrustListGoesBeforeTheProvisionedOne() {
    #expect(seed(existing: ["peernet/trust.good": TrustList().serialize()])["peernet/trust"] == nil)
    #expect(seed(existing: ["peernet/trust.good": [1]])["peernet/trust"] != nil)
    #expect(
      seed(existing: ["peernet/trust": [1], "peernet/trust.good": TrustList().serialize()])["peernet/trust"] == nil)
  }

  /// Of half of either the board would be worse off than of what it was given.
  @Test func textsThatWereCutOffAreReplaced() throws {
    let parts = [
      "country=DE\n", "# network={\n", "network={\n  ssid=\"home\"\n  psk=\"correct horse={\"\n}\n",
      "network={\n\tssid=\"x\"\n}\r\n",
    ].map { Array($0.utf8) }
    let wifi = Array(parts.joined())
    // A cut between two networks is a file with fewer of them.
    let whole = parts.indices.map { parts[...$0].joined().count }
    for end in 1...wifi.count {
      let isLeft = seed(existing: ["wifi/wpa_supplicant.conf": Array(wifi[..<end])])["wifi/wpa_supplicant.conf"] == nil
      #expect(isLeft == whole.contains(end), "\(end)")
    }
    let board = Array("[gpio pump]\nline = GPIO18\n".utf8)
    for end in 1...board.count {
      let isLeft = seed(existing: ["peernet/board.conf": Array(board[..<end])])["peernet/board.conf"] == nil
      #expect(isLeft == (end == 12 || end == board.count), "\(end)")
    }
    // What was provisioned without a last end gets one.
    let bare = Provision([Provision.Entry(name: Array("board.conf".utf8), contents: Array("[gpio]".utf8))!])
    #expect(seed(bare)["peernet/board.conf"] == Array("[gpio]\n".utf8))
  }

  @Test func whatCannotBeUsedIsReplaced() throws {
    let broken: [String: [UInt8]] = ["peernet/identity.keys": [], "peernet/trust": [1, 2], "hostname": []]
    let result = Seed(provision(), revoked: []) { broken["\($0)"] }
    #expect(result.files.map(\.replacesBroken) == [true, true, true, false, false])
  }

  @Test func whatWasProvisionedWrongIsLeftOut() {
    let bad = Provision([
      Provision.Entry(name: Array("identity.keys".utf8), contents: [1, 2])!,
      Provision.Entry(name: Array("trust".utf8), contents: [1, 2])!,
      Provision.Entry(name: Array("hostname".utf8), contents: [])!,
    ])
    let result = Seed(bad, revoked: []) { _ in nil }
    #expect(result.files.isEmpty)
    #expect(result.isTrustUnreadable)
    #expect(!Seed(provision(), revoked: []) { _ in nil }.isTrustUnreadable)
    #expect(!Seed(Provision([]), revoked: []) { _ in nil }.isTrustUnreadable)
  }
}
