// Numeric text only: `192.168.1.5:4040`, `[fe80::1%3]:4040`. Names are never resolved here.
extension Endpoint {
  /// The longest text that is read; the longest that is written is shorter.
  package static let maximumTextLength = 64

  /// `192.168.1.5:4040` for IPv4, `[fe80::1%3]:4040` for IPv6 (RFC 5952), the scope as a number.
  public var text: [UInt8] {
    var text: [UInt8] = []
    if let ipv4 {
      for shift in [24, 16, 8, 0] as [UInt32] {
        if shift != 24 { text.append(Ascii.dot) }
        text.append(decimal: ipv4 >> shift & 0xff)
      }
    } else {
      text.append(Ascii.openBracket)
      appendGroups(to: &text)
      if scope != 0 {
        text.append(Ascii.percent)
        text.append(decimal: scope)
      }
      text.append(Ascii.closeBracket)
    }
    text.append(Ascii.colon)
    text.append(decimal: port)
    return text
  }

  private func group(_ index: Int) -> UInt64 { (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)) & 0xffff }

  private func appendGroups(to text: inout [UInt8]) {
    var zeros = 0..<0  // the first of the longest runs of at least two zero groups
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 { start = index + 1 }
      let count = index + 1 - start
      if count > max(1, zeros.count) { zeros = start..<index + 1 }
    }
    for index in 0..<8 where !zeros.contains(index) {
      if index == zeros.upperBound, !zeros.isEmpty {
        text.append(Ascii.colon)
        text.append(Ascii.colon)
      } else if index != 0 {
        text.append(Ascii.colon)
      }
      text.append(hexadecimal: group(index))
    }
    if zeros.upperBound == 8 {
      text.append(Ascii.colon)
      text.append(Ascii.colon)
    }
  }

  /// Reads what `text` writes; also unabbreviated IPv6 and a dotted tail. Nil for anything else: a name, a missing
  /// port, leading zeros, a scope on an IPv4 address, spaces.
  public init?(text: [UInt8]) {
    guard text.count <= Self.maximumTextLength, let colon = text.lastIndex(of: Ascii.colon),
      let port = text[(colon + 1)...].canonicalDecimal(upTo: 0xffff)
    else { return nil }
    let host = text[..<colon]
    if host.first != Ascii.openBracket {
      guard let ipv4 = Self.ipv4(host) else { return nil }
      self.init(ipv4: ipv4, port: UInt16(port))
      return
    }
    guard host.last == Ascii.closeBracket, host.count > 2 else { return nil }
    var address = host.dropFirst().dropLast()
    var scope: UInt64 = 0
    if let percent = address.firstIndex(of: Ascii.percent) {
      guard let number = address[(percent + 1)...].canonicalDecimal(upTo: UInt64(UInt32.max)), number != 0 else {
        return nil
      }
      scope = number
      address = address[..<percent]
    }
    guard let (high, low) = Self.ipv6(address) else { return nil }
    self.init(high: high, low: low, scope: UInt32(scope), port: UInt16(port))
    if ipv4 != nil && scope != 0 { return nil }
  }

  private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
    var address: UInt64 = 0
    var rest = text
    for index in 0..<4 {
      let end = index < 3 ? rest.firstIndex(of: Ascii.dot) : rest.endIndex
      guard let end, let byte = rest[..<end].canonicalDecimal(upTo: 255) else { return nil }
      address = address << 8 | byte
      rest = rest[min(end + 1, rest.endIndex)...]
    }
    return UInt32(address)
  }

  private static func ipv6(_ text: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
    var groups: [UInt64] = []
    var gap: Int?
    var rest = text
    if rest.starts(with: [Ascii.colon, Ascii.colon]) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      guard groups.count < 8 else { return nil }
      let end = rest.firstIndex(of: Ascii.colon) ?? rest.endIndex
      let part = rest[..<end]
      if end == rest.endIndex, part.contains(Ascii.dot) {
        guard let tail = ipv4(part) else { return nil }
        groups.append(UInt64(tail >> 16))
        groups.append(UInt64(tail & 0xffff))
        break
      }
      guard let group = part.hexadecimal(maximumCount: 4) else { return nil }
      groups.append(group)
      guard end != rest.endIndex else { break }
      rest = rest[(end + 1)...]
      if rest.first == Ascii.colon {
        guard gap == nil else { return nil }
        gap = groups.count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil  // one colon at the end
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: [UInt64](repeating: 0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    return (
      groups[0..<4].reduce(0) { $0 << 16 | $1 },
      groups[4..<8].reduce(0) { $0 << 16 | $1 }
    )
  }
}
