import ETF
import Sodium

/// The trust list of a BEAM peer, `trust.bin`: an ETF list of maps with `pubkey`, `label` and `added_at`, to be imported
/// (Protocol, Trust list: Import). Such a list has no grants: who imports it says what its peers may call.
public enum BeamTrustFile {
  /// The longest file that is read, in bytes.
  public static var maximumBytes: Int { 1_048_576 }

  /// One entry of the list.
  public struct Peer: Hashable, Sendable {
    /// The entry's `pubkey`.
    public let key: PublicKey
    /// Whatever binary the peer's operator typed; nil when nothing.
    public let label: [UInt8]?
    /// `2026-05-05T12:34:56.789012Z`; nil when it is not a date that can be read.
    public let addedAt: [UInt8]?
  }

  /// Why the file was refused; entries count from 0.
  public enum LoadError: Error, Hashable, Sendable {
    /// Not an Erlang term; an empty file is none.
    case term(DecodingError)
    /// A term, but no list.
    case notAList
    /// The entry, from 0, is not a map with a 32-byte `pubkey` and a `label`.
    case malformed(entry: Int)
    /// Another entry has the same key.
    case duplicateKey(entry: Int)
    /// More than ``TrustList/maximumPeers``.
    case tooManyPeers

    /// For people, behind the file's name.
    public var reason: StaticString {
      switch self {
      case .term: "no Erlang term, or torn"
      case .notAList: "no list of peers"
      case .malformed: "a list with a peer that lacks key or label"
      case .duplicateKey: "a list with a key twice"
      case .tooManyPeers: "a list of more than 1024 peers"
      }
    }
  }

  /// Reads the whole file, or refuses it: half a list would leave somebody out unnoticed. The earliest paired comes
  /// first; in the file it is the other way round.
  public static func decode(_ bytes: [UInt8]) throws(LoadError) -> [Peer] {
    let term: Term
    let limits = DecodingLimits(size: maximumBytes, depth: 8)
    do { term = try Term.decode(bytes, limits: limits) } catch { throw .term(error) }
    guard let elements = term.listElements else { throw .notAList }
    guard elements.count <= TrustList.maximumPeers else { throw .tooManyPeers }
    var peers: [Peer] = []
    var index = elements.count
    while index > 0 {
      index -= 1
      guard let peer = Peer(elements[index]) else { throw .malformed(entry: index) }
      guard !peers.contains(where: { $0.key == peer.key }) else { throw .duplicateKey(entry: index) }
      peers.append(peer)
    }
    return peers
  }
}

extension BeamTrustFile.Peer {
  fileprivate init?(_ term: Term) {
    guard let bytes = term.value("pubkey")?.binaryBytes, let key = PublicKey(bytes), let label = term.value("label")
    else { return nil }
    self.key = key
    if let text = label.binaryBytes {
      self.label = text
    } else if let atom = label.atomBytes, ("nil" as StaticString).equals(atom[...]) {
      self.label = nil
    } else {
      return nil
    }
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
  /// The value under an atom key of a map.
  fileprivate func value(_ name: StaticString) -> Term? {
    pairs?.first { pair in
      if let atom = pair.key.atomBytes { name.equals(atom[...]) } else { false }
    }?.value
  }
}

extension [UInt8] {
  /// Exactly so many decimal digits; false, and nothing written, when the number has more or is negative.
  fileprivate mutating func append(_ value: Int64, digits: Int) -> Bool {
    guard value >= 0, let value = UInt64(exactly: value) else { return false }
    var text: [UInt8] = []
    text.appendDecimal(value)
    guard text.count <= digits else { return false }
    append(contentsOf: repeatElement(Ascii.zero, count: digits - text.count))
    append(contentsOf: text)
    return true
  }
}
