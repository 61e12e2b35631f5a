import ETF
import PeerNetClient

/// The shape that a command expects of an answer. An answer of another shape is a failure, although the board reported
/// success.
enum AnswerShape {
  /// A map, as every procedure of a board answers.
  case map
  /// A map with a list of maps under that key.
  case table(String)
  /// A map with the levels of lines, 1 or 0, under `values`. Each line that is named here stands either there or under
  /// `problems`.
  case levels([String])

  /// What is wrong with an answer, to continue "it answered"; nil when the shape is right.
  func fault(in answer: Term) -> String? {
    guard answer.pairs != nil else {
      return "\(answer.text(limits: .init(depth: 4, length: 64))), which is no map"
    }
    switch self {
    case .map: return nil
    case .table(let key):
      guard let rows = answer[binaryKey: key]?.listElements, rows.allSatisfy({ $0.pairs != nil }) else {
        return "without a list of \(key)"
      }
      return nil
    case .levels(let lines):
      guard let values = answer[binaryKey: "values"]?.pairs else { return "without the lines' values" }
      guard values.allSatisfy({ $0.value == 0 || $0.value == 1 }) else { return "with a level that is neither 0 nor 1" }
      var told = Set(values.compactMap { $0.key.binaryBytes })
      for problem in answer[binaryKey: "problems"]?.pairs ?? [] {
        if let label = problem.key.binaryBytes { told.insert(label) }
      }
      guard let silent = lines.first(where: { !told.contains(Array($0.utf8)) }) else { return nil }
      return "without the line \(Printable.text(silent))"
    }
  }
}
