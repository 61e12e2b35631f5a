import PeerNet
import Sodium

/// One `key=value` of a log line. Of keys only public ones fit in here, and they show as their fingerprint.
struct LogField {
  enum Value {
    case bytes([UInt8])
    case literal(StaticString)
    case number(Int64)
    case publicKey(PublicKey)
  }

  let key: StaticString
  let value: Value

  static func peer(_ key: PublicKey) -> LogField { LogField(key: "peer", value: .publicKey(key)) }
  static func address(_ endpoint: Endpoint) -> LogField { LogField(key: "addr", value: .bytes(endpoint.text)) }
  /// The IP address, without the port.
  static func host(_ endpoint: Endpoint) -> LogField {
    let text = endpoint.text
    return LogField(
      key: "addr", value: .bytes(Array(text[..<(text.lastIndex(of: UInt8(ascii: ":")) ?? text.endIndex)])))
  }
  /// Any bytes, escaped, at most 128 of them.
  static func bytes(_ key: StaticString, _ bytes: [UInt8]) -> LogField { LogField(key: key, value: .bytes(bytes)) }
  static func literal(_ key: StaticString, _ text: StaticString) -> LogField {
    LogField(key: key, value: .literal(text))
  }
  static func number(_ key: StaticString, _ number: Int64) -> LogField { LogField(key: key, value: .number(number)) }
  static func milliseconds(_ key: StaticString, _ duration: TimeSpan) -> LogField {
    LogField(key: key, value: .number(duration.milliseconds))
  }

  /// Appends ` key=value`.
  func append(to text: inout [UInt8]) {
    text += " "
    text += key
    text += "="
    switch value {
    case .bytes(let bytes): text.append(escaped: bytes)
    case .literal(let literal): text.append(escaped: literal.bytes)
    case .number(let number): text.append(decimal: number)
    case .publicKey(let key): text += key.fingerprint
    }
  }
}
