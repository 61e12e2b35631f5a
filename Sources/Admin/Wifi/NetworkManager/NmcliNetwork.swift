import Basics

/// An access point as `nmcli device wifi list` prints it: a line of fields with a colon between, where a backslash stands
/// before a colon or backslash that belongs to the field. The network's name is asked for in hexadecimal, so that no name
/// can pass for another field or another line.
struct NmcliNetwork: Equatable, Sendable {
  static let list: StaticString =
    "-t -e yes -c no -f IN-USE,BSSID,FREQ,SIGNAL,SECURITY,SSID-HEX device wifi list ifname"

  /// Whether the board is on it.
  let isInUse: Bool
  let entry: ScanEntry

  /// `signal` is what the kernel tells of the link that is in use, in dBm.
  init?(_ line: ArraySlice<UInt8>, signal: Int64?) {
    let fields = NmcliNetwork.fields(line)
    guard fields.count == 6,
      let bssid = SupplicantValue.bssid(fields[1][...]),
      let frequency = SupplicantValue.frequency(fields[2].prefix { $0 != 0x20 }),
      let ssid = NmcliNetwork.bytes(fields[5])
    else { return nil }
    isInUse = fields[0].equals("*")
    let quality = fields[3].signedDecimal.flatMap { 0...100 ~= $0 ? $0 : nil }
    // NetworkManager turns -100 to -40 dBm into 0 to 100, but reckons otherwise where the board is.
    entry = ScanEntry(
      bssid: bssid, frequency: frequency, signal: isInUse ? signal : quality.map { -100 + ($0 * 3 + 2) / 5 },
      ssid: ssid, security: WifiSecurity(words: fields[4]))
  }

  /// The one that is in use, and all of them as `wifi.scan` answers them. `wireless` is /proc/net/wireless.
  static func read(
    _ output: [UInt8], interface: [UInt8], wireless: [UInt8]
  ) -> (inUse: ScanEntry?, list: ScanList) {
    let signal = signal(of: interface, wireless: wireless)
    var inUse: ScanEntry?
    var list = ScanList()
    for line in SupplicantLines(output) {
      guard let network = NmcliNetwork(line, signal: signal) else { continue }
      if network.isInUse { inUse = network.entry }
      list.insert(network.entry)
    }
    return (inUse, list)
  }

  /// A line's fields without their escapes. More than belong to a line make no difference to what is read of it.
  static func fields(_ line: ArraySlice<UInt8>) -> [[UInt8]] {
    var fields: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in line {
      if !isEscaped, byte == 0x5c {
        isEscaped = true
      } else if !isEscaped, byte == 0x3a {
        fields.append([])
      } else {
        fields[fields.count - 1].append(byte)
        isEscaped = false
      }
    }
    return fields
  }

  /// Up to 32 bytes in hexadecimal; empty for a hidden network.
  static func bytes(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count <= 64, digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for position in stride(from: 0, to: digits.count, by: 2) {
      guard let high = SupplicantValue.nibble(digits[position]), let low = SupplicantValue.nibble(digits[position + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// `wlan0: 0000   54.  -56.  -256 …`: the level of the interface's link, in dBm.
  static func signal(of interface: [UInt8], wireless: [UInt8]) -> Int64? {
    for line in SupplicantLines(wireless) {
      let name = line.drop { $0 == 0x20 }
      guard name.count > interface.count, name.starts(with: interface), name.dropFirst(interface.count).first == 0x3a
      else { continue }
      let numbers = name.parts(by: 0x2e)
      return numbers.count > 1 ? SupplicantValue.signal(numbers[1].drop { $0 == 0x20 }) : nil
    }
    return nil
  }
}
