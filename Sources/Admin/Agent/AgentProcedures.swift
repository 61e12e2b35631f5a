// What the agent itself is asked. Who the caller is comes from its connection: see `Caller.whoAmI` and `OnceCall`.

extension ProcedureDescriptor {
  static var agentWhoAmI: ProcedureDescriptor {
    ProcedureDescriptor(
      "agent.whoami",
      "says who the caller is to the board and what it may call; the only one that pairing alone grants",
      answer: "label key fingerprint wire grants procedures", admission: .everyPeer { _ in .whoAmI })
  }

  /// The arguments are a tuple and not a map.
  static var agentOnce: ProcedureDescriptor {
    ProcedureDescriptor(
      "agent.once", "runs another procedure at most once under a key, and answers repetitions as it answered the first",
      parameters: [.key, .name, .arguments], answer: "", admission: .asNamedWithin)
  }
}

extension Parameter {
  /// The key of a once-only call.
  public static var key: Parameter { Parameter("key", .onceKey) }
  /// The procedure to run once.
  public static var name: Parameter { Parameter("name", .label) }
  /// That procedure's arguments.
  public static var arguments: Parameter { Parameter("arguments", .arguments) }
}
