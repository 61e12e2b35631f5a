import Sodium

/// Reads the text of a trust list into what `TrustList` holds.
struct TrustListParser {
  private(set) var entries: [TrustEntry] = []
  private(set) var lines: [Range<Int>] = []
  private(set) var index = KeyIndex()
  private(set) var formatVersion = Self.knownVersion
  private(set) var unreadLines = 0

  private static var knownVersion: UInt64 { 1 }
  private var line: ArraySlice<UInt8> = []
  private var lineNumber = 1

  /// A release reads what the next one wrote: of a later version, what cannot be read is passed over, field by field
  /// or line by line, and grants nothing. What this version's own writers got wrong is an error.
  private var isLater: Bool { formatVersion > Self.knownVersion }

  mutating func parse(_ text: [UInt8], toleratingUnreadLines limit: Int) throws(TrustListError) {
    guard text.count <= TrustList.maximumBytes - TrustSeal.byteCount else {
      throw TrustListError(line: 0, column: 0, reason: .fileTooLarge)
    }
    var reader = LineReader(text)
    guard let first = reader.next(),
      let version = LineReader.version(first, name: "peernet-trust", known: Self.knownVersion)
    else { throw TrustListError(line: 1, column: 1, reason: .header) }
    formatVersion = version
    while let next = reader.next() {
      line = next
      lineNumber = reader.number
      do {
        try parseLine()
      } catch {
        guard isLater, unreadLines < limit else { throw error }
        unreadLines += 1
      }
    }
    // Half a name grants more than the whole: `gpio.write` of `gpio.write:pump`.
    guard text.last == Ascii.newline else {
      throw TrustListError(line: reader.number, column: 0, reason: .unterminated)
    }
  }

  private mutating func parseLine() throws(TrustListError) {
    guard line.count <= TrustList.maximumLineLength else {
      throw fault(.lineTooLong, at: line.startIndex + TrustList.maximumLineLength)
    }
    if let place = LineReader.firstFault(in: line) { throw fault(.character, at: place) }
    let fields = LineReader.fields(line)
    guard let keyField = fields.first else { return }
    guard let key = PublicKey(text: Array(keyField)) else { throw fault(.key, at: keyField.startIndex) }
    guard fields.count > 1 else { throw fault(.label, at: keyField.endIndex) }
    guard let label = Self.label(fields[1]) else { throw fault(.label, at: fields[1].startIndex) }
    let place = index.place(of: key)
    guard !place.isTaken else { throw fault(.duplicateKey, at: keyField.startIndex) }
    guard !entries.contains(where: { $0.label == label }) else {
      throw fault(.duplicateLabel, at: fields[1].startIndex)
    }
    guard entries.count < TrustList.maximumPeers else { throw fault(.tooManyPeers, at: line.startIndex) }
    let entry = try entry(key: key, label: label, fields: fields[2...])
    index.insert(key, position: entries.count, at: place.index)
    entries.append(entry)
    lines.append(line.indices)
  }

  private func entry(
    key: PublicKey, label: [UInt8], fields: ArraySlice<ArraySlice<UInt8>>
  ) throws(TrustListError) -> TrustEntry {
    var grants: Grants?
    var wire: Wire?
    var namesWire = false
    var other: [[UInt8]] = []
    for field in fields {
      guard let (name, value) = LineReader.pair(field) else {
        if isLater { continue }
        throw fault(.field, at: field.startIndex)
      }
      if name.equals("allow") {
        guard grants == nil else { throw fault(.repeatedField, at: field.startIndex) }
        grants = try self.grants(value)
      } else if name.equals("wire") {
        guard !namesWire else { throw fault(.repeatedField, at: field.startIndex) }
        namesWire = true
        wire = Wire(text: value)
        if wire == nil, !isLater { throw fault(.wire, at: value.startIndex) }
      } else {
        other.append(Array(field))
      }
    }
    return TrustEntry(key: key, label: label, grants: grants ?? .none, wire: wire, other: other)
  }

  private func grants(_ text: ArraySlice<UInt8>) throws(TrustListError) -> Grants {
    if isLater { return Grants(lenient: text) }
    var wrongAt = text.startIndex
    guard let grants = Grants(strict: text, wrongAt: &wrongAt) else { throw fault(.grant, at: wrongAt) }
    return grants
  }

  private static func label(_ field: ArraySlice<UInt8>) -> [UInt8]? {
    // An unencoded `=` means that the label was forgotten and an option stands in its place.
    guard !field.contains(Ascii.equals), let label = Percent.decode(field), !label.isEmpty,
      label.count <= TrustList.maximumLabelLength, LineReader.firstFault(in: label[...]) == nil,
      !label.contains(Ascii.tab)
    else { return nil }
    return label
  }

  private func fault(_ reason: TrustListError.Reason, at place: Int) -> TrustListError {
    TrustListError(line: lineNumber, column: place - line.startIndex + 1, reason: reason)
  }
}
