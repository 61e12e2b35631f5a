import Basics

/// Why a copy of `slot.env` is none.
public enum SlotEnvironmentFault: Error, Hashable, Sendable {
  /// Not 4,096 bytes: the number of bytes.
  case wrongSize(Int)
  /// The checksum is that of other bytes.
  case checksum
  /// A line is not `name=value`, or the end is missing.
  case malformed
  /// `seq` is missing or not 1 to 8 hex digits below 80000000.
  case generation
  /// `slot`, `trial` or `failed` names no slot, or `slot` is missing.
  case slot
  /// `tries` is not 0 to 3.
  case tries
  /// `reason` is not such a word.
  case reason
}

extension SlotEnvironment {
  /// Bytes of a copy.
  public static var byteCount: Int { 4_096 }

  /// Reads a copy as U-Boot's `env export -c` and `mkenvimage` write it: a CRC-32 over the rest, `name=value` each with
  /// a zero behind it, and one more zero. What follows is padding; names that this release does not know are passed
  /// over.
  public init(decoding bytes: [UInt8]) throws(SlotEnvironmentFault) {
    guard bytes.count == Self.byteCount else { throw .wrongSize(bytes.count) }
    guard bytes.littleEndian(at: 0, as: UInt32.self) == CRC32.checksum(bytes[4...]) else { throw .checksum }
    var generation: UInt32?
    var confirmed: Slot?
    self.init(confirmed: .a)
    var rest = bytes[4...]
    while true {
      guard let end = rest.firstIndex(of: 0) else { throw .malformed }
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard !line.isEmpty else { break }
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > line.startIndex else { throw .malformed }
      let (name, value) = (line[..<equals], line[(equals + 1)...])
      if name.equals("seq") {
        generation = try Self.generation(value)
      } else if name.equals("slot") {
        guard let slot = Slot(value) else { throw .slot }
        confirmed = slot
      } else if name.equals("trial") {
        trial = try Self.optionalSlot(value)
      } else if name.equals("failed") {
        failed = try Self.optionalSlot(value)
      } else if name.equals("tries") {
        guard value.count == 1, let digit = value.first, (0x30...0x33).contains(digit) else { throw .tries }
        tries = Int(digit - 0x30)
      } else if name.equals("reason") {
        guard !Self.isNone(value) else { continue }
        guard let word = Reason(Array(value)) else { throw .reason }
        reason = word
      }
    }
    guard let generation else { throw .generation }
    guard let confirmed else { throw .slot }
    self.generation = generation
    self.confirmed = confirmed
  }

  /// The 4,096 bytes of a copy, names in the order in which U-Boot writes them.
  public func encode() -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 0, 0]
    bytes.append("failed", failed.map { [$0.letter] })
    bytes.append("reason", reason?.text)
    var seq: [UInt8] = []
    seq.append(hexadecimal: UInt64(generation))
    bytes.append("seq", seq)
    bytes.append("slot", [confirmed.letter])
    bytes.append("trial", trial.map { [$0.letter] })
    bytes.append("tries", [UInt8(truncatingIfNeeded: 0x30 + tries)])
    bytes.pad(to: Self.byteCount)
    let checksum = CRC32.checksum(bytes[4...])
    for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index)) }
    return bytes
  }

  private static func isNone(_ value: ArraySlice<UInt8>) -> Bool { value.equals("-") }

  private static func optionalSlot(_ value: ArraySlice<UInt8>) throws(SlotEnvironmentFault) -> Slot? {
    if isNone(value) { return nil }
    guard let slot = Slot(value) else { throw .slot }
    return slot
  }

  /// U-Boot compares 32 bits. The highest is left out, so that there is always a next one.
  private static func generation(_ value: ArraySlice<UInt8>) throws(SlotEnvironmentFault) -> UInt32 {
    guard let number = value.hexadecimal(maximumCount: 8), number <= UInt64(Int32.max) else { throw .generation }
    return UInt32(number)
  }
}

extension [UInt8] {
  /// `name=value` and a zero; `-` for none.
  fileprivate mutating func append(_ name: StaticString, _ value: [UInt8]?) {
    self += name
    append(Ascii.equals)
    append(contentsOf: value ?? [UInt8(ascii: "-")])
    append(0)
  }
}
