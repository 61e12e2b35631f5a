import ETF
import Sodium

/// The trust list of a BEAM peer, `trust.bin`: an ETF list of maps with `pubkey`, `label` and `added_at`, to be imported
/// (Importing). Such a list has no grants: who imports it says what its peers may call.
public struct BeamTrustFile: Sendable {
  /// The longest file that is read, in bytes.
  public static var maximumBytes: Int { 1_048_576 }

  /// The peers, the one that was paired first at the beginning; the file has the reverse order.
  public let peers: [Peer]
  /// The entries of which no peer could be made, in the same order.
  public let leftOut: [LeftOut]

  /// One entry of the list.
  public struct Peer: Hashable, Sendable {
    /// The entry's `pubkey`.
    public let key: PublicKey
    /// What the peer's operator called it, as far as text can be made of it; nil when nothing.
    public let label: [UInt8]?
    /// `2026-05-05T12:34:56.789012Z`; nil when it is not a date that can be read.
    public let addedAt: [UInt8]?
  }

  /// An entry of which no peer can be made. The other entries are imported all the same.
  public struct LeftOut: Hashable, Sendable {
    /// The position of the entry in the file, from 1.
    public let number: Int
    /// The label of the entry, read like that of a peer.
    public let label: [UInt8]?
    /// Why the entry was left out.
    public let reason: Reason

    /// What is wrong with the entry.
    public enum Reason: Hashable, Sendable {
      /// Not a map with a 32-byte `pubkey`.
      case noKey
      /// An entry that was paired earlier has the same key.
      case sameKey

      /// For people, to follow the name of the entry.
      public var text: StaticString {
        switch self {
        case .noKey: "it has no key of 32 bytes"
        case .sameKey: "another has the same key"
        }
      }
    }
  }

  /// Why the file was refused.
  public enum Fault: Error, Hashable, Sendable {
    /// Not an Erlang term; an empty file is none.
    case term(ETFDecodingError)
    /// A term, but no list.
    case notAList
    /// A list, but no entry of it names a peer.
    case noPeers

    /// For people, behind the file's name.
    public var reason: StaticString {
      switch self {
      case .term: "no Erlang term, or torn"
      case .notAList, .noPeers: "no list of peers"
      }
    }
  }

  /// Reads the whole file. Half a file is refused; of a whole one every entry that names a peer is taken.
  public init(_ bytes: [UInt8]) throws(Fault) {
    let term: Term
    let limits = DecodingLimits(size: Self.maximumBytes, depth: 8)
    do { term = try Term.decode(bytes, limits: limits) } catch { throw .term(error) }
    guard let elements = term.listElements else { throw .notAList }
    var peers: [Peer] = []
    var leftOut: [LeftOut] = []
    var keys = KeyIndex()
    var number = elements.count
    while number > 0 {
      let entry = elements[number - 1]
      if let peer = Peer(entry) {
        let place = keys.place(of: peer.key)
        if place.isTaken {
          leftOut.append(LeftOut(number: number, label: peer.label, reason: .sameKey))
        } else {
          keys.insert(peer.key, position: peers.count, at: place.index)
          peers.append(peer)
        }
      } else {
        leftOut.append(LeftOut(number: number, label: entry.value("label")?.asLabel, reason: .noKey))
      }
      number -= 1
    }
    guard !peers.isEmpty || leftOut.isEmpty else { throw .noPeers }
    self.peers = peers
    self.leftOut = leftOut
  }
}

extension BeamTrustFile.Peer {
  fileprivate init?(_ term: Term) {
    guard let bytes = term.value("pubkey")?.binaryBytes, let key = PublicKey(bytes) else { return nil }
    self.key = key
    label = term.value("label")?.asLabel
    addedAt = term.value("added_at").flatMap(Self.timestamp)
  }

  /// A `DateTime` in UTC, as ISO 8601 with microseconds.
  private static func timestamp(_ date: Term) -> [UInt8]? {
    guard date.value("utc_offset")?.int64 == 0, date.value("std_offset")?.int64 == 0 else { return nil }
    var text: [UInt8] = []
    func append(_ number: Term?, digits: Int, _ end: UInt8) -> Bool {
      guard let value = number?.int64, text.append(value, digits: digits) else { return false }
      text.append(end)
      return true
    }
    guard append(date.value("year"), digits: 4, UInt8(ascii: "-")),
      append(date.value("month"), digits: 2, UInt8(ascii: "-")),
      append(date.value("day"), digits: 2, UInt8(ascii: "T")),
      append(date.value("hour"), digits: 2, Ascii.colon),
      append(date.value("minute"), digits: 2, Ascii.colon),
      append(date.value("second"), digits: 2, Ascii.dot),
      append(date.value("microsecond")?.elements?.first, digits: 6, UInt8(ascii: "Z"))
    else { return nil }
    return text
  }
}

extension Term {
  /// The text of a label, whatever an operator's program made of it: a binary, an atom, a charlist or a number. Nil for
  /// `nil`, and for what is no text.
  fileprivate var asLabel: [UInt8]? {
    var text: [UInt8] = []
    if let bytes = binaryBytes { return bytes }
    if let name = atomBytes { return name.equals("nil") ? nil : name }
    if let number = int64 {
      if number < 0 { text.append(UInt8(ascii: "-")) }
      text.append(decimal: number.magnitude)
    }
    for element in listElements ?? [] {
      guard let character = element.int64, 0...0x10FFFF ~= character, !(0xD800...0xDFFF ~= character) else {
        return nil
      }
      UTF8Text.append(UInt32(character), to: &text)
    }
    return text.isEmpty ? nil : text
  }

  /// The value under an atom key of a map.
  fileprivate func value(_ name: StaticString) -> Term? {
    pairs?.first { pair in
      if let atom = pair.key.atomBytes { atom.equals(name) } else { false }
    }?.value
  }
}

extension [UInt8] {
  /// Exactly so many decimal digits; false, and nothing written, when the number has more or is negative.
  fileprivate mutating func append(_ value: Int64, digits: Int) -> Bool {
    guard value >= 0, let value = UInt64(exactly: value) else { return false }
    var text: [UInt8] = []
    text.append(decimal: value)
    guard text.count <= digits else { return false }
    append(contentsOf: repeatElement(Ascii.zero, count: digits - text.count))
    append(contentsOf: text)
    return true
  }
}
