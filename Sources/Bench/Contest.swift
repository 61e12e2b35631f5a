/// Several ways to do the same, measured in turns, and the table of what came of it.
struct Contest {
  /// One of the ways.
  struct Contender {
    let name: String
    let goal: Goal
    /// Measures some more, in the unit of the table.
    let measure: () throws -> [Double]

    init(_ name: String, _ goal: Goal = .none, measure: @escaping () throws -> [Double]) {
      self.name = name
      self.goal = goal
      self.measure = measure
    }
  }

  /// What is held to a bound: a contender's median, or its ratio to the first one's.
  enum Goal {
    case none
    case median(Report.Target)
    case ratio(Report.Target)
  }

  /// The worst of times are the highest, of rates the lowest. Only times are ratios of the first contender's.
  enum Quantity {
    case time, rate
  }

  private let title: String
  private let quantity: Quantity
  private let contenders: [Contender]
  private var samples: [Samples]

  /// - Parameter title: what is measured, with its unit.
  init(_ title: String, of quantity: Quantity = .time, _ contenders: [Contender]) {
    self.title = title
    self.quantity = quantity
    self.contenders = contenders
    samples = contenders.map { _ in Samples() }
  }

  /// Has each contender measure once.
  mutating func runRound() throws {
    for (index, contender) in contenders.enumerated() { samples[index].append(contentsOf: try contender.measure()) }
  }

  /// In Markdown.
  func printTable() {
    let worst: (name: String, share: Double) =
      switch quantity {
      case .time: ("p99", 0.99)
      case .rate: ("p1", 0.01)
      }
    print("\n| \(title) | median | \(worst.name) | to the first | target |\n|---|---:|---:|---:|---|")
    for (index, contender) in contenders.enumerated() {
      let median = samples[index].median
      let ratio = median / samples[0].median
      let cells = [
        contender.name, Report.number(median), Report.number(samples[index].quantile(worst.share)),
        quantity == .time ? Report.number(ratio) : "", Self.verdict(contender.goal, median, ratio),
      ]
      print("| " + cells.joined(separator: " | ") + " |")
    }
  }

  private static func verdict(_ goal: Goal, _ median: Double, _ ratio: Double) -> String {
    switch goal {
    case .none: ""
    case .median(let target): verdict(target, median, "median")
    case .ratio(let target): verdict(target, ratio, "ratio")
    }
  }

  private static func verdict(_ target: Report.Target, _ value: Double, _ name: String) -> String {
    guard let isMet = target.isMet(by: value) else { return "" }
    return "\(name) \(target.text), " + (isMet ? "met" : "missed")
  }
}
