import Foundation

/// The recorded bytes of `peernet-1.json`, read once: what an Erlang/OTP 25 peer with fixed keys really produced.
public struct Vectors: Sendable {
  public typealias Entry = [String: any Sendable]

  public static let peerNet1 = Vectors()

  private let sections: Entry

  private init() {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peernet-1.json")
    guard let data = try? Data(contentsOf: file),
      let json = try? JSONSerialization.jsonObject(with: data) as? Entry
    else { fatalError("cannot read \(file.path)") }
    sections = json
  }

  /// The entries of a section that is a list, in recorded order. Traps when there is none: a test must not pass empty.
  public func list(_ name: String) -> [Vector] {
    guard let entries = sections[name] as? [Entry], !entries.isEmpty else { fatalError("no section \(name)") }
    return entries.map(Vector.init)
  }

  /// A section that is an object.
  public func object(_ name: String) -> Vector {
    guard let entry = sections[name] as? Entry else { fatalError("no section \(name)") }
    return Vector(fields: entry)
  }
}

/// One recorded entry. A missing field is an error of the test's, so the accessors trap.
public struct Vector: Sendable {
  let fields: Vectors.Entry

  init(fields: Vectors.Entry) { self.fields = fields }

  public func text(_ name: String) -> String {
    guard let value = fields[name] as? String else { fatalError("no text \(name)") }
    return value
  }

  public func has(_ name: String) -> Bool { fields[name] != nil && !(fields[name] is NSNull) }

  public func number(_ name: String) -> Int {
    guard let value = fields[name] as? Int else { fatalError("no number \(name)") }
    return value
  }

  /// The number as it stands in the file, for counters above `Int.max`.
  public func unsigned(_ name: String) -> UInt64 {
    guard let value = fields[name] as? NSNumber else { fatalError("no number \(name)") }
    return value.uint64Value
  }

  /// A field of hex digits, as bytes.
  public func bytes(_ name: String) -> [UInt8] { unhex(text(name)) }

  public func object(_ name: String) -> Vector {
    guard let value = fields[name] as? Vectors.Entry else { fatalError("no object \(name)") }
    return Vector(fields: value)
  }

  public func list(_ name: String) -> [Vector] {
    guard let value = fields[name] as? [Vectors.Entry], !value.isEmpty else { fatalError("no list \(name)") }
    return value.map(Vector.init)
  }
}

public func unhex(_ text: String) -> [UInt8] {
  let digits = text.utf8.map { digit -> UInt8 in
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    default: fatalError("not a hex digit in \(text.prefix(80))")
    }
  }
  precondition(digits.count.isMultiple(of: 2))
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

public func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in
    let text = String(byte, radix: 16); return byte < 16 ? "0" + text : text
  }.joined()
}
