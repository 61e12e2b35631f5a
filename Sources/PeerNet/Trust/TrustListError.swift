/// What makes a trust list unreadable, or a change to it impossible, and where.
public struct TrustListError: Error, Hashable, Sendable {
  /// From 1; 0 when it is not about a line.
  public let line: Int
  /// In bytes from 1; 0 when it is not about a place in the line.
  public let column: Int
  /// What is wrong there.
  public let reason: Reason

  /// What can be wrong with a list, or with a change to one.
  public enum Reason: Hashable, Sendable {
    /// Line 1 is not `peernet-trust VERSION`.
    case header
    /// Not 52 characters of Base32, or their last bits are not zero.
    case key
    /// Missing, too long, wrongly encoded, or it holds a control character or an unencoded `=`.
    case label
    /// An item of `allow=` is none of `name`, `prefix.*`, `name:argument`, `*`, or there are too many.
    case grant
    /// `wire=` is neither 1 nor 2.
    case wire
    /// Not `name=value`.
    case field
    /// `allow=` or `wire=` a second time in one line.
    case repeatedField
    /// The key stands in a line above.
    case duplicateKey
    /// The label stands in a line above.
    case duplicateLabel
    /// A control character, or not UTF-8.
    case character
    /// Above 4,096 bytes.
    case lineTooLong
    /// Above ``TrustList/maximumBytes``.
    case fileTooLarge
    /// Above ``TrustList/maximumPeers``.
    case tooManyPeers
    /// Line 1 announces a seal that is missing, or that does not match the text.
    case seal
    /// The last line does not end with a newline.
    case unterminated
    /// The change names a key that is not in the list.
    case unknownPeer

    /// A stable word for logs and scripts.
    public var code: StaticString {
      switch self {
      case .header: "header"
      case .key: "key"
      case .label: "label"
      case .grant: "grant"
      case .wire: "wire"
      case .field: "field"
      case .repeatedField: "repeated_field"
      case .duplicateKey: "duplicate_key"
      case .duplicateLabel: "duplicate_label"
      case .character: "character"
      case .lineTooLong: "line_too_long"
      case .fileTooLarge: "file_too_large"
      case .tooManyPeers: "too_many_peers"
      case .seal: "seal"
      case .unterminated: "unterminated"
      case .unknownPeer: "unknown_peer"
      }
    }

    /// What else the operator has to know: why a file that looks right is refused, and how to mend it.
    public var advice: StaticString? {
      switch self {
      case .seal: "it is torn, or was edited; if it was edited, delete the word sealed from line 1"
      case .unterminated: "it may be torn; if it is whole, end its last line with a newline"
      case .header, .key, .label, .grant, .wire, .field, .repeatedField, .duplicateKey, .duplicateLabel, .character,
        .lineTooLong, .fileTooLarge, .tooManyPeers, .unknownPeer:
        nil
      }
    }
  }
}
