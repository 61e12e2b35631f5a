/// Why bytes are no term that we accept. Always the sender's doing.
public struct ETFDecodingError: Error, Hashable, Sendable {
  /// What is wrong with the bytes.
  public enum Kind: Hashable, Sendable {
    /// The input is longer than the limit.
    case tooLarge
    /// The first byte is not 131.
    case version
    /// The input ends inside a term, or a count promises more terms than the bytes that are left could hold.
    case truncated
    /// Bytes follow the term.
    case trailingBytes
    /// A tag that the format does not have.
    case unknownTag
    /// A fun, pid, port or reference.
    case foreignTag
    /// A compressed term: its size is known only when it is too late (Protocol, Terms).
    case compressed
    /// Nested beyond ``DecodingLimits/depth``.
    case tooDeep
    /// Not UTF-8, or above 255 characters.
    case atom
    /// Not a finite number.
    case float
    /// More floats in text than ``DecodingLimits/textFloats``.
    case tooManyTextFloats
    /// Its magnitude is longer than ``DecodingLimits/integerSize``.
    case integerTooLarge
    /// A count of bits in the last byte that does not go with the bytes.
    case bitstring
    /// A map holds one key twice.
    case duplicateKey
  }

  /// What is wrong with the term at ``offset``.
  public let kind: Kind
  /// Where in the input: the tag of the term at fault, or the byte that is missing or too much.
  public let offset: Int

  /// For readers of a format that contains terms.
  public init(kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }
}

/// How much a decoder takes. Memory needs no limit of its own: a term never occupies more than 32 bytes for a byte of
/// input (one-element tuples in one another are the worst).
public struct DecodingLimits: Sendable {
  /// Bytes of input.
  public var size: Int
  /// Containers inside one another, and so the recursion.
  public var depth: Int
  /// Bytes of one integer's magnitude.
  public var integerSize: Int
  /// Floats as 31 bytes of text, which cost a hundred times as much to read as any other bytes. Erlang has not written them
  /// by itself since OTP 17.
  public var textFloats: Int

  /// The defaults fit one envelope of the largest frame (Protocol, Frame): 1 MiB, 128 levels, integers of 64 KiB, 64 floats
  /// in text.
  public init(size: Int = 1_048_576, depth: Int = 128, integerSize: Int = 65_536, textFloats: Int = 64) {
    self.size = size
    self.depth = depth
    self.integerSize = integerSize
    self.textFloats = textFloats
  }
}
