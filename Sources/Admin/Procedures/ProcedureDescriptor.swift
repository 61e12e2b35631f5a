/// A procedure as data: what callers, grants, the command line and the documents need to know of it. What carries it out
/// is the board's.
public struct ProcedureDescriptor: Sendable {
  /// Makes a plan of a call's arguments.
  typealias PlanReader = @Sendable (Arguments) throws(ArgumentError) -> Plan

  /// Who may call it.
  enum Admission: Sendable {
    /// Every paired peer.
    case everyPeer(PlanReader)
    /// Peers with a grant of it, which may be bound to some values of one argument, as in `gpio.write:pump`.
    case granted(bound: Parameter?, PlanReader)
    /// Every paired peer, and the grants of another procedure that the arguments name decide (``OnceCall``).
    case asNamedWithin
  }

  /// As peers and grants spell it: module, dot, function.
  public let name: StaticString
  /// What it is for, in a line of Markdown.
  public let summary: StaticString
  /// What it takes, in the order of a positional argument list. All of it can be left out but where the plan's reader
  /// says otherwise.
  public let parameters: [Parameter]
  /// Whether a second run may do what one run does not. Such a procedure can be called as `agent.once`, and its calls
  /// stay in the log.
  public let changesBoard: Bool
  /// The keys of the map that it answers, with blanks between them; one that ends in `?` may be absent. Empty: it answers
  /// as another procedure does.
  public let answer: StaticString
  let admission: Admission

  init(
    _ name: StaticString, _ summary: StaticString, parameters: [Parameter] = [], changesBoard: Bool = false,
    answer: StaticString, admission: Admission
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.changesBoard = changesBoard
    self.answer = answer
    self.admission = admission
  }

  /// The parameter whose values a grant may name; nil when a grant is of all calls or none.
  public var boundParameter: Parameter? {
    if case .granted(let bound, _) = admission { bound } else { nil }
  }

  /// Whether its arguments name another procedure, which it runs. It is never granted itself, and runs nothing of its
  /// kind.
  public var runsAnother: Bool {
    if case .asNamedWithin = admission { true } else { false }
  }
}
