import Basics
import Settings

/// The settings of one section, taken key by key; what is left over at the end is unknown.
struct ProfileSection {
  let name: [UInt8]
  private(set) var remaining: [Setting] = []
  /// The keys that were asked for.
  private var known: [[UInt8]] = []

  /// Of the first setting.
  var line: Int { remaining.first?.line ?? 0 }

  init(name: [UInt8]) {
    self.name = name
  }

  mutating func append(_ setting: Setting) {
    remaining.append(setting)
  }

  /// The keys that nobody asked for are unknown. Reports each, with the key that may have been meant.
  var unknown: [ProfileFault] {
    remaining.map { setting in
      ProfileFault(line: setting.line, reason: .unknownKey, nearest: nearestName(to: setting.key, among: known))
    }
  }

  mutating func take(_ key: StaticString) throws(ProfileFault) -> Setting? {
    known.append([UInt8](key))
    guard let index = remaining.firstIndex(where: { $0.key.equals(key) }) else { return nil }
    let setting = remaining.remove(at: index)
    if let second = remaining.first(where: { $0.key.equals(key) }) { throw second.fault(.duplicateKey) }
    return setting
  }

  mutating func boolean(_ key: StaticString) throws(ProfileFault) -> Bool? {
    guard let setting = try take(key) else { return nil }
    if setting.value.equals("yes") || setting.value.equals("true") { return true }
    if setting.value.equals("no") || setting.value.equals("false") { return false }
    throw setting.fault(.badBoolean)
  }

  mutating func text(_ key: StaticString) throws(ProfileFault) -> [UInt8]? {
    guard let setting = try take(key) else { return nil }
    guard setting.value.isText(upTo: BoardProfile.maximumTextLength) else { throw setting.fault(.badText) }
    return setting.value
  }
}

extension Setting {
  /// Where the value contains a `#`, that is the reason: the writer meant a comment, and the value is wrong because of it.
  func fault(_ reason: ProfileFault.Reason) -> ProfileFault {
    ProfileFault(line: line, reason: holdsHash ? .hashInValue : reason)
  }

  /// The value as a decimal number without a sign.
  func number(upTo maximum: UInt32) -> UInt32? {
    guard value.first != UInt8(ascii: "-"), let number = value.signedDecimal, number <= Int64(maximum) else {
      return nil
    }
    return UInt32(number)
  }
}

extension [UInt8] {
  func isText(upTo maximum: Int) -> Bool {
    (1...maximum).contains(count) && allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}
