import ETF

// The answers are in LineAnswers.swift.

extension ProcedureDescriptor {
  static var gpioList: ProcedureDescriptor {
    ProcedureDescriptor(
      "gpio.list", "lists the lines of the board's profile", answer: "lines",
      admission: .granted(bound: nil) { _ in .gpioList })
  }

  static var gpioRead: ProcedureDescriptor {
    ProcedureDescriptor(
      "gpio.read", "reads lines by name, or all of them", parameters: [.lines],
      answer: "values problems?",
      admission: .granted(bound: .lines) { (arguments) throws(ArgumentError) in .gpioRead(try arguments.labels(.lines))
      })
  }

  static var gpioWrite: ProcedureDescriptor {
    ProcedureDescriptor(
      "gpio.write", "sets outputs by name, all of them or none, and answers what it reads back",
      parameters: [.line, .value, .values], changesBoard: true,
      answer: "values",
      admission: .granted(bound: .line) { (arguments) throws(ArgumentError) in .gpioWrite(try arguments.levels()) })
  }
}

extension Parameter {
  /// The label of a line, or a list of labels.
  public static var lines: Parameter { Parameter("lines", .labels) }
  /// The label of one line, which goes with `value`.
  public static var line: Parameter { Parameter("line", .label) }
  /// Whether the line is to be active.
  public static var value: Parameter { Parameter("value", .level) }
  /// A map from labels to values, instead of `line` and `value`.
  public static var values: Parameter { Parameter("values", .levels) }
}

extension Arguments {
  fileprivate func labels(_ parameter: Parameter) throws(ArgumentError) -> [[UInt8]] {
    guard let value = value(parameter) else { return [] }
    if let label = value.label { return [label] }
    guard let list = value.listElements, list.count <= Parameter.maximumLabels else { throw .unfit(parameter) }
    var labels: [[UInt8]] = []
    for element in list {
      guard let label = element.label, !labels.contains(label) else { throw .unfit(parameter) }
      labels.append(label)
    }
    return labels
  }

  /// Either `line` and `value`, or `values` alone.
  fileprivate func levels() throws(ArgumentError) -> [LineLevel] {
    guard let values = value(.values) else {
      guard let label = try require(.line).label else { throw .unfit(.line) }
      guard let active = try require(.value).flag else { throw .unfit(.value) }
      return [LineLevel(label: label, isActive: active)]
    }
    for parameter in [Parameter.line, .value] where value(parameter) != nil { throw .conflict(parameter) }
    guard let pairs = values.pairs, 1...Parameter.maximumLabels ~= pairs.count else { throw .unfit(.values) }
    var levels: [LineLevel] = []
    for pair in pairs {
      guard let label = pair.key.label, let active = pair.value.flag, !levels.contains(where: { $0.label == label })
      else { throw .unfit(.values) }
      levels.append(LineLevel(label: label, isActive: active))
    }
    return levels
  }
}
