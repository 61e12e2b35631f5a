import Sodium

/// What is remembered of peers from run to run, a text: line 1 is `peernet-peers 1`, then a line a peer,
/// `KEY [wire=2] [at=ADDRESS,ADDRESS,…] [name=value …]` (Protocol, Remembered peers).
///
/// It is no authority: losing it costs a search by broadcast and one PeerNet/1 handshake a peer.
public struct PeerMemory: Sendable {
  /// What one peer is remembered by.
  public struct Peer: Hashable, Sendable {
    /// The key that was proven at the addresses.
    public let key: PublicKey
    /// The peer showed by authenticated evidence that it speaks PeerNet/2.
    public var speaksTwo = false
    /// Where the peer was proven, the latest first.
    public fileprivate(set) var addresses: [Endpoint] = []
    /// The fields that this release does not know, and ``seen``, as they stand in the file.
    public fileprivate(set) var other: [[UInt8]] = []

    /// When the command line last noted that the peer was connected, in seconds since 1970; nil if it never did. A
    /// board does not note it, to spare its flash.
    public var seen: UInt64? {
      for field in other {
        if let (name, value) = LineReader.pair(field[...]), name.equals("seen") {
          return value.canonicalDecimal(upTo: PeerMemory.latestTime)
        }
      }
      return nil
    }
  }

  /// Why a file of remembered peers was not taken; lines count from 1.
  public enum Fault: Error, Hashable, Sendable {
    /// The first line is not `peernet-peers VERSION`.
    case header
    /// Above ``maximumBytes``.
    case fileTooLarge
    /// Above ``maximumPeers``.
    case tooManyPeers(line: Int)
    /// Above 512 bytes.
    case lineTooLong(line: Int)
    /// A line of this version's format that is not understood.
    case malformed(line: Int)
    /// A second line of one key.
    case duplicateKey(line: Int)
  }

  // Implementation limits.
  /// Peers in one file; beyond it the oldest acquaintance is forgotten.
  public static var maximumPeers: Int { 1_024 }
  /// Addresses of one peer; beyond it the one proven longest ago is forgotten.
  static var maximumAddresses: Int { 4 }
  /// The size of a file that is read.
  public static var maximumBytes: Int { 524_288 }
  static var maximumLineLength: Int { 512 }
  /// The end of the year 9999, in seconds since 1970.
  static var latestTime: UInt64 { 253_402_300_799 }

  private static var name: StaticString { "peernet-peers" }
  private static var knownVersion: UInt64 { 1 }

  /// In the order first met.
  public private(set) var peers: [Peer] = []
  private var version = Self.knownVersion
  /// Lines that a later release wrote and this one cannot read, and comments.
  private var otherLines: [[UInt8]] = []

  /// Knows nobody: how a node starts that lost its file, or never had one.
  public init() {}

  /// What is remembered of a key; nil when nothing is.
  public func peer(_ key: PublicKey) -> Peer? { peers.first { $0.key == key } }

  /// Notes the evidence for PeerNet/2. True when that is news, worth writing down.
  public mutating func noteSpeaksTwo(_ key: PublicKey) -> Bool {
    change(key) { $0.speaksTwo = true }
  }

  /// The operator took the evidence back.
  mutating func forgetSpeaksTwo(_ key: PublicKey) -> Bool {
    guard peer(key) != nil else { return false }
    return change(key) { $0.speaksTwo = false }
  }

  /// Notes an address at which the peer was proven. True when that is news.
  public mutating func noteProven(_ endpoint: Endpoint, for key: PublicKey) -> Bool {
    guard endpoint.isDialable else { return false }
    return change(key) {
      $0.addresses.removeAll { $0 == endpoint }
      $0.addresses.insert(endpoint, at: 0)
      if $0.addresses.count > Self.maximumAddresses { $0.addresses.removeLast() }
    }
  }

  /// Notes when the peer was last connected, in seconds since 1970. True when that is later than what was noted before.
  public mutating func noteSeen(_ seconds: UInt64, for key: PublicKey) -> Bool {
    guard seconds <= Self.latestTime, peer(key)?.seen.map({ $0 < seconds }) ?? true else { return false }
    return change(key) {
      $0.other.removeAll { LineReader.pair($0[...]).map { $0.name.equals("seen") } ?? false }
      var field: [UInt8] = []
      field += "seen="
      field.append(decimal: seconds)
      $0.other.append(field)
    }
  }

  /// True when there was something to forget.
  public mutating func forget(_ key: PublicKey) -> Bool {
    guard let index = peers.firstIndex(where: { $0.key == key }) else { return false }
    peers.remove(at: index)
    return true
  }

  /// Applies a change, and says whether it changed anything. When the table is full the oldest acquaintance goes.
  private mutating func change(_ key: PublicKey, _ body: (inout Peer) -> Void) -> Bool {
    guard let index = peers.firstIndex(where: { $0.key == key }) else {
      if peers.count >= Self.maximumPeers { peers.removeFirst() }
      var peer = Peer(key: key)
      body(&peer)
      peers.append(peer)
      return true
    }
    let before = peers[index]
    body(&peers[index])
    return peers[index] != before
  }

  // MARK: Text

  /// Reads a file (Protocol, Remembered peers). Lines of a later version that are not understood are kept.
  public static func parse(_ text: [UInt8]) throws(Fault) -> PeerMemory {
    guard text.count <= maximumBytes else { throw .fileTooLarge }
    var reader = LineReader(text)
    guard let first = reader.next(), let version = LineReader.version(first, name: name, known: knownVersion) else {
      throw .header
    }
    var memory = PeerMemory()
    memory.version = version
    while let line = reader.next() {
      guard line.count <= maximumLineLength else { throw .lineTooLong(line: reader.number) }
      let fields = LineReader.fields(line)
      if let peer = fields.first.flatMap({ Peer(key: $0, fields: fields[1...], later: version > knownVersion) }) {
        guard memory.peer(peer.key) == nil else { throw .duplicateKey(line: reader.number) }
        guard memory.peers.count < maximumPeers else { throw .tooManyPeers(line: reader.number) }
        memory.peers.append(peer)
      } else if fields.isEmpty || version > knownVersion {
        memory.otherLines.append(Array(line))
      } else {
        throw .malformed(line: reader.number)
      }
    }
    return memory
  }

  /// The file's bytes, with the lines that were not understood.
  public func serialize() -> [UInt8] {
    var text: [UInt8] = []
    text += Self.name
    text.append(Ascii.space)
    text.append(decimal: version)
    text.append(Ascii.newline)
    for line in otherLines {
      text.append(contentsOf: line)
      text.append(Ascii.newline)
    }
    for peer in peers {
      peer.append(to: &text)
      text.append(Ascii.newline)
    }
    return text
  }
}

extension PeerMemory.Peer {
  fileprivate init?(key: ArraySlice<UInt8>, fields: ArraySlice<ArraySlice<UInt8>>, later: Bool) {
    guard let key = PublicKey(text: Array(key)) else { return nil }
    self.init(key: key)
    for field in fields {
      guard LineReader.firstFault(in: field) == nil, let (name, value) = LineReader.pair(field) else { return nil }
      if name.equals("wire"), let wire = Wire(text: value) {
        speaksTwo = wire == .two
      } else if name.equals("at") {
        for text in value.split(separator: Ascii.comma) {
          guard let endpoint = Endpoint(text: Array(text)), endpoint.isDialable else {
            if later { continue }
            return nil
          }
          guard addresses.count < PeerMemory.maximumAddresses, !addresses.contains(endpoint) else { continue }
          addresses.append(endpoint)
        }
      } else {
        other.append(Array(field))
      }
    }
  }

  fileprivate func append(to text: inout [UInt8]) {
    text.append(contentsOf: key.text)
    if speaksTwo { text += " wire=2" }
    for (index, address) in addresses.enumerated() {
      if index == 0 { text += " at=" } else { text.append(Ascii.comma) }
      text.append(contentsOf: address.text)
    }
    for field in other {
      text.append(Ascii.space)
      text.append(contentsOf: field)
    }
  }
}
