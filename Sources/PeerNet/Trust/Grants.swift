/// What a paired peer may call: nothing, unless its trust line says so (Protocol, Trust list).
public struct Grants: Hashable, Sendable {
  /// One item of `allow=`.
  enum Grant: Hashable, Sendable {
    /// `*`
    case everything
    /// `wifi.restart`
    case name([UInt8])
    /// `wifi.*`, held with its dot
    case prefix([UInt8])
    /// `gpio.write:pump`
    case argument(name: [UInt8], argument: [UInt8])
  }

  /// In the order written, without repetitions.
  private(set) var items: [Grant] = []

  /// Nothing: what pairing alone gives.
  public static let none = Grants()
  /// `*`: every name that is exposed, now or later.
  public static let everything = Grants(items: [.everything])

  private init(items: [Grant] = []) { self.items = items }

  /// `name:argument` alone. Nil when no trust list could hold it.
  public init?(name: [UInt8], argument: [UInt8]) {
    self.init(items: [.argument(name: name, argument: argument)])
    guard !argument.isEmpty, let read = Grants(text: text), read == self else { return nil }
  }

  /// Whether nothing is granted.
  public var isEmpty: Bool { items.isEmpty }

  /// How far they permit the use of a name.
  public func permission(for name: [UInt8]) -> Permission {
    var arguments: [[UInt8]] = []
    for item in items {
      switch item {
      case .everything: return .full
      case .name(let granted): if granted == name { return .full }
      case .prefix(let prefix): if name.count > prefix.count && name.starts(with: prefix) { return .full }
      case .argument(let granted, let argument): if granted == name { arguments.append(argument) }
      }
    }
    return arguments.isEmpty ? .none : .arguments(arguments)
  }

  /// Whether `name` may be called whatever its argument.
  public func allows(_ name: [UInt8]) -> Bool { permission(for: name).covers([]) }

  /// Whether `name` may be called with this argument.
  public func allows(_ name: [UInt8], argument: [UInt8]) -> Bool {
    permission(for: name).covers([argument])
  }

  /// These grants and the `others`. A trust list refuses the result if there are more than it takes.
  public func adding(_ others: Grants) -> Grants {
    Grants(items: items + others.items.filter { !items.contains($0) })
  }

  /// Reads `P,P,…`; an empty text grants nothing. Nil when an item is none of the four forms.
  public init?(text: [UInt8]) {
    if let items = Self.parse(text[...]).0 { self.init(items: items) } else { return nil }
  }

  /// The items, or the offset of the item that is wrong.
  static func parse(_ text: ArraySlice<UInt8>) -> ([Grant]?, wrongAt: Int) {
    var items: [Grant] = []
    guard !text.isEmpty else { return (items, text.startIndex) }
    var start = text.startIndex
    while true {
      let end = text[start...].firstIndex(of: Ascii.comma) ?? text.endIndex
      guard items.count < TrustList.maximumGrants, let item = Grant(text[start..<end]) else { return (nil, start) }
      if !items.contains(item) { items.append(item) }
      guard end < text.endIndex else { return (items, start) }
      start = end + 1
    }
  }

  /// Reads what a later release wrote: items of a form unknown here grant nothing.
  init(lenient text: ArraySlice<UInt8>) {
    for part in text.split(separator: Ascii.comma) {
      if items.count < TrustList.maximumGrants, let item = Grant(part), !items.contains(item) { items.append(item) }
    }
  }

  init?(strict text: ArraySlice<UInt8>, wrongAt: inout Int) {
    let (items, offset) = Self.parse(text)
    wrongAt = offset
    guard let items else { return nil }
    self.init(items: items)
  }

  /// `P,P,…`, as it stands behind `allow=`.
  public var text: [UInt8] {
    var text: [UInt8] = []
    for item in items {
      if !text.isEmpty { text.append(Ascii.comma) }
      item.append(to: &text)
    }
    return text
  }
}

extension Grants.Grant {
  fileprivate init?(_ text: ArraySlice<UInt8>) {
    guard !text.isEmpty, text.count <= TrustList.maximumGrantLength else { return nil }
    if text.last == Ascii.star {
      let prefix = text.dropLast()
      if prefix.isEmpty {
        self = .everything
        return
      }
      guard prefix.count > 1, prefix.last == Ascii.dot, let name = Self.name(prefix) else { return nil }
      self = .prefix(name)
    } else if let colon = text.firstIndex(of: Ascii.colon) {
      guard let name = Self.name(text[..<colon]), let argument = Percent.decode(text[(colon + 1)...]),
        !argument.isEmpty
      else { return nil }
      self = .argument(name: name, argument: argument)
    } else {
      guard let name = Self.name(text) else { return nil }
      self = .name(name)
    }
    // The way we write it may be longer than the way it stood: what reads must also write.
    var written: [UInt8] = []
    append(to: &written)
    guard written.count <= TrustList.maximumGrantLength else { return nil }
  }

  private static func name(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard !text.isEmpty, !text.contains(Ascii.star), !text.contains(Ascii.colon) else { return nil }
    return Percent.decode(text)
  }

  fileprivate func append(to text: inout [UInt8]) {
    switch self {
    case .everything:
      text.append(Ascii.star)
    case .name(let name):
      Percent.encode(name, into: &text)
    case .prefix(let prefix):
      Percent.encode(prefix, into: &text)
      text.append(Ascii.star)
    case .argument(let name, let argument):
      Percent.encode(name, into: &text)
      text.append(Ascii.colon)
      Percent.encode(argument, into: &text)
    }
  }
}
