import Foundation

/// A value of what `peernet --json` prints.
struct JSON: @unchecked Sendable {
  // Only what JSONSerialization made; nobody changes it.
  private let value: Any?

  init(_ text: String) throws {
    value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  private init(value: Any?) { self.value = value }

  subscript(name: String) -> JSON { JSON(value: (value as? [String: Any])?[name]) }
  subscript(index: Int) -> JSON {
    guard let array = value as? [Any], array.indices.contains(index) else { return JSON(value: nil) }
    return JSON(value: array[index])
  }

  var text: String? { value as? String }
  /// Neither missing nor false.
  var isOn: Bool { value.map { ($0 as? NSNumber)?.boolValue ?? !($0 is NSNull) } ?? false }
  var number: Int? { (value as? NSNumber)?.intValue }
  var names: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
}
