import ETF
import PeerNet

/// Why a call was not taken on.
public enum Refusal: Error, Equatable, Sendable {
  /// `beam_admin` was asked for what the board does not have.
  case unknownProcedure
  /// The caller's line of the trust list does not allow it, or not with this argument.
  case forbidden
  /// The arguments are not those of the procedure.
  case badArgument(ArgumentError)
  /// Not as `agent.once`.
  case once(OnceRefusal)

  /// The reason in `{error, Reason}`: the atom `forbidden`, or a binary `code: text`.
  public var reason: Term {
    switch self {
    case .unknownProcedure: .binary([UInt8]("unknown_procedure: this board has no such procedure"))
    case .forbidden: .atom("forbidden")
    case .badArgument(let error): .binary(error.reason)
    case .once(let refusal): .binary([UInt8](refusal.reason))
    }
  }
}

extension Procedure {
  /// How far a peer with these grants may use it. `agent.whoami` is everyone's who is paired (Protocol, Trust list).
  public func permission(of grants: Grants) -> Permission {
    self == .agentWhoAmI ? .full : grants.permission(for: [UInt8](name))
  }
}

extension Plan {
  /// The plan of a call that is understood and allowed. Arguments are looked at only for a caller who may call the
  /// procedure at all.
  public static func admit(
    _ procedure: Procedure, _ form: ArgumentForm, _ permission: Permission
  ) throws(Refusal) -> Plan {
    guard permission != .none else { throw .forbidden }
    let plan: Plan
    do throws(ArgumentError) {
      plan = try Plan(procedure, form)
    } catch {
      throw .badArgument(error)
    }
    guard permission.covers(plan.checkedArguments) else { throw .forbidden }
    return plan
  }

  /// The same through `beam_admin`: `{rpc, Module, Function, Arguments}`.
  public static func admit(
    module: [UInt8], function: [UInt8], arguments: Term, grants: Grants
  ) throws(Refusal) -> Plan {
    guard let procedure = Procedure(module: module, function: function) else { throw .unknownProcedure }
    return try admit(procedure, .list(arguments), procedure.permission(of: grants))
  }
}
