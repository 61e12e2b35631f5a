import Basics

/// The supplicant's answers, line by line. A line that its newline did not reach was cut off: it does not count.
struct SupplicantLines: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func next() -> ArraySlice<UInt8>? {
    guard let end = rest.firstIndex(of: 0x0a) else { return nil }
    let line = rest[..<end]
    rest = rest[(end + 1)...]
    return line
  }
}

extension ArraySlice<UInt8> {
  /// What stands between the separators; empty where two follow one another. (Inlined, it would be a kilobyte each time.)
  @inline(never) func parts(by separator: UInt8) -> [ArraySlice<UInt8>] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}

/// A line `key=value`.
struct SupplicantPair {
  let key: ArraySlice<UInt8>
  let value: ArraySlice<UInt8>

  init?(_ line: ArraySlice<UInt8>) {
    guard let middle = line.firstIndex(of: 0x3d) else { return nil }
    key = line[..<middle]
    value = line[(middle + 1)...]
  }
}

/// What the supplicant prints of a network, taken only in the form it may have.
enum SupplicantValue {
  /// A network's name: 0 to 32 bytes of anything, printed with the escapes `\\ \" \e \n \r \t \xHH`.
  static func ssid(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count <= 32 * 4 else { return nil }
    var ssid: [UInt8] = []
    var bytes = text.makeIterator()
    while let byte = bytes.next() {
      guard byte == 0x5c else {
        ssid.append(byte)
        continue
      }
      switch bytes.next() {
      case 0x5c: ssid.append(0x5c)
      case 0x22: ssid.append(0x22)
      case 0x65: ssid.append(0x1b)
      case 0x6e: ssid.append(0x0a)
      case 0x72: ssid.append(0x0d)
      case 0x74: ssid.append(0x09)
      case 0x78:
        guard let high = bytes.next().flatMap(nibble), let low = bytes.next().flatMap(nibble) else { return nil }
        ssid.append(high << 4 | low)
      default: return nil
      }
    }
    return ssid.count <= 32 ? ssid : nil
  }

  /// `aa:bb:cc:dd:ee:ff`, from any case.
  static func bssid(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count == 17 else { return nil }
    for (position, byte) in text.enumerated() {
      guard position % 3 == 2 ? byte == 0x3a : nibble(byte) != nil else { return nil }
    }
    return text.map { $0 | 0x20 }
  }

  /// A dotted IPv4 address.
  static func address(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.parts(by: 0x2e)
    guard text.count <= 15, parts.count == 4 else { return nil }
    for part in parts {
      guard part.first != 0x2d, let number = part.signedDecimal, number <= 255 else { return nil }
    }
    return [UInt8](text)
  }

  /// MHz.
  static func frequency(_ text: ArraySlice<UInt8>) -> Int64? {
    text.signedDecimal.flatMap { 0 < $0 && $0 <= 100_000 ? $0 : nil }
  }

  /// dBm.
  static func signal(_ text: ArraySlice<UInt8>) -> Int64? {
    text.signedDecimal.flatMap { -200 <= $0 && $0 <= 0 ? $0 : nil }
  }

  static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }
}
