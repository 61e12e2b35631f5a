import Sodium

/// Who is trusted, and with what (Protocol, Trust list): a text whose first line is `peernet-trust 1`, then a line a
/// peer, `KEY label [allow=P,P,…] [wire=1|2] [name=value …]`. What our tools write is sealed as well (Protocol, Trust list: Seal).
///
/// The text itself is kept, and a change replaces only the bytes that it is about: comments, unknown fields, the order
/// and the spacing of everything else stay as their writer left them.
public struct TrustList: Sendable {
  /// In file order.
  public let entries: [TrustEntry]
  /// The version that line 1 names. A later one than 1 is read as far as this release understands it.
  public let formatVersion: UInt64
  /// Lines of a later version that this release cannot read. Their peers are not trusted.
  public let unreadLines: Int
  /// Whether it was read from a file with a seal, so that no byte of it is missing. A list that was written by hand has none.
  public let isSealed: Bool
  /// The file's lines without the seal.
  public let text: [UInt8]

  private let lines: [Range<Int>]
  private let index: KeyIndex

  /// The list that trusts nobody.
  public init() { self.init(TrustListParser(), text: Array(Self.emptyText)) }

  /// Reads a whole file. One wrong line makes all of it unreadable: half a list would be one that nobody wrote.
  public static func parse(_ text: [UInt8]) throws(TrustListError) -> TrustList {
    guard text.count <= maximumBytes else { throw TrustListError(line: 0, column: 0, reason: .fileTooLarge) }
    let sealed = try TrustSeal.open(text)
    return try parse(sealed ?? text, isSealed: sealed != nil, toleratingUnreadLines: .max)
  }

  private static func parse(
    _ text: [UInt8], isSealed: Bool = false, toleratingUnreadLines limit: Int
  ) throws(TrustListError) -> TrustList {
    var parser = TrustListParser()
    try parser.parse(text, toleratingUnreadLines: limit)
    return TrustList(parser, text: text, isSealed: isSealed)
  }

  private init(_ parser: consuming TrustListParser, text: [UInt8], isSealed: Bool = false) {
    entries = parser.entries
    formatVersion = parser.formatVersion
    unreadLines = parser.unreadLines
    lines = parser.lines
    index = parser.index
    self.text = text
    self.isSealed = isSealed
  }

  /// The bytes of a file that holds it, with a seal.
  public func serialize() -> [UInt8] { TrustSeal.seal(text) }

  /// The key's line; nil for a key that is not trusted.
  public func entry(for key: PublicKey) -> TrustEntry? {
    if let position = index[key] { entries[position] } else { nil }
  }

  /// Appends a line. The label must be free and the key new.
  public mutating func add(_ entry: TrustEntry) throws(TrustListError) { try add([entry]) }

  /// Appends a line each, or, when one cannot be taken, none.
  mutating func add(_ added: [TrustEntry]) throws(TrustListError) {
    guard !added.isEmpty else { return }
    var changed = text
    for entry in added {
      changed.append(contentsOf: entry.line)
      changed.append(Ascii.newline)
    }
    let list = try Self.parse(changed, toleratingUnreadLines: unreadLines)
    // A field that the caller made up could carry a blank or a newline, and with it a grant or a whole line.
    var isSame = list.entries.count == entries.count + added.count
    for (index, entry) in added.enumerated() where isSame { isSame = list.entries[entries.count + index] == entry }
    guard isSame else { throw TrustListError(line: 0, column: 0, reason: .field) }
    self = list
  }

  /// Takes the peer's line out, with the comment on it.
  public mutating func remove(_ key: PublicKey) throws(TrustListError) {
    var changed = self
    repeat {
      let line = try changed.line(of: key)
      var end = line.upperBound
      while changed.text[end] != Ascii.newline { end += 1 }
      end += 1
      try changed.replace(line.lowerBound..<end, with: [])
      // In a list of a later version, a second line of the same key would come to life.
    } while changed.index[key] != nil
    self = changed
  }

  /// Replaces what the key may call; ``Grants/none`` takes the whole field out. Throws `unknownPeer` for a key that is
  /// not in the list.
  public mutating func setGrants(_ grants: Grants, for key: PublicKey) throws(TrustListError) {
    try set("allow", to: grants.isEmpty ? nil : grants.text, for: key)
  }

  /// Nil takes the operator's word back.
  public mutating func setWire(_ wire: Wire?, for key: PublicKey) throws(TrustListError) {
    try set("wire", to: wire.map { [Ascii.zero + $0.rawValue] }, for: key)
  }

  /// Renames the peer. Throws for a label that another has, or that is none, and for a key that is not in the list.
  public mutating func setLabel(_ label: [UInt8], for key: PublicKey) throws(TrustListError) {
    let fields = LineReader.fields(text[try line(of: key)])
    var encoded: [UInt8] = []
    Percent.encode(label, into: &encoded)
    try replace(fields[1].indices, with: encoded)
  }

  private func line(of key: PublicKey) throws(TrustListError) -> Range<Int> {
    guard let position = index[key] else { throw TrustListError(line: 0, column: 0, reason: .unknownPeer) }
    return lines[position]
  }

  /// Replaces, adds (behind the label) or removes one `name=value` of a peer's line.
  private mutating func set(_ name: StaticString, to value: [UInt8]?, for key: PublicKey) throws(TrustListError) {
    let fields = LineReader.fields(text[try line(of: key)])
    var field: [UInt8] = []
    if let value {
      field += name
      field.append(Ascii.equals)
      field.append(contentsOf: value)
    }
    let present = fields.indices.dropFirst(2).first { index in
      if let pair = LineReader.pair(fields[index]) { pair.name.equals(name) } else { false }
    }
    if let present {
      // A field that goes takes the blanks before it along.
      let start = value == nil ? fields[present - 1].endIndex : fields[present].startIndex
      try replace(start..<fields[present].endIndex, with: field)
    } else if value != nil {
      try replace(fields[1].endIndex..<fields[1].endIndex, with: [Ascii.space] + field)
    }
  }

  /// Every change is read back like a file, so that what is written is always what will be understood.
  ///
  /// In a list of a later version a line may have been passed over because of one that this change takes away, such as
  /// for its label. Nobody shall be trusted because somebody else was unpaired: such a line becomes a comment.
  private mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) throws(TrustListError) {
    var changed = text
    changed.replaceSubrange(range, with: bytes)
    var list = try Self.parse(changed, toleratingUnreadLines: unreadLines)
    while let woken = list.entries.firstIndex(where: { entry(for: $0.key) == nil }) {
      let start = list.lines[woken].lowerBound
      changed.replaceSubrange(start..<start, with: [UInt8(ascii: "#"), Ascii.space])
      list = try Self.parse(changed, toleratingUnreadLines: unreadLines)
    }
    self = list
  }

  private static var emptyText: [UInt8] {
    var text: [UInt8] = []
    text += "peernet-trust 1\n"
    return text
  }
}

// Implementation limits; the format itself has none.
extension TrustList {
  /// The size of a file that is read or written.
  public static var maximumBytes: Int { 262_144 }
  /// Lines with a key.
  public static var maximumPeers: Int { 1_024 }
  static var maximumLineLength: Int { 4_096 }
  static var maximumLabelLength: Int { 64 }
  static var maximumGrants: Int { 64 }
  static var maximumGrantLength: Int { 128 }
}
