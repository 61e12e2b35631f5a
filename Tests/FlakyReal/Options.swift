/// What `Scripts/flaky --real` was told.
struct Options {
  var links = 40
  var rounds = 5
  var minutes = 30
  var seed: UInt64 = 1
  /// Hours of simulated links that the deaths are compared with.
  var hours = 300
  /// One of `deaths`, `life` and `cost`; nil for all.
  var part: String?

  static let usage =
    "usage: FlakyReal [--links N] [--rounds N] [--minutes N] [--seed N] [--hours N] [--only deaths|life|cost]"

  /// Nil for what is not understood.
  init?(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let word = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      if word == "--only" {
        guard ["deaths", "life", "cost"].contains(value) else { return nil }
        part = value
        continue
      }
      guard let number = Int(value), number > 0 else { return nil }
      switch word {
      case "--links" where number <= 100: links = number
      case "--rounds": rounds = number
      case "--minutes": minutes = number
      case "--seed": seed = UInt64(number)
      case "--hours": hours = number
      default: return nil
      }
    }
  }

  func includes(_ part: String) -> Bool { self.part == nil || self.part == part }
}
