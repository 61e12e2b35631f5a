import ETF

extension Term {
  /// The value of a binary key.
  func value(_ key: String) -> Term? { self[binaryKey: key] }
}

func binary(_ text: String) -> Term { .binary(Array(text.utf8)) }
