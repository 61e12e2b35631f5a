/// What is known of a connection's other end: alive, then suspect, then the connection is ended.
public enum LivenessState: Hashable, Sendable {
  /// It was heard within the bound of its profile, or has still time to answer a question.
  case alive
  /// A question has not been answered in time: a second dial is under way, and probes ask every quarter of a second.
  case suspect
}
