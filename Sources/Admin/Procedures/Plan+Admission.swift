import Basics
import ETF
import PeerNet

extension Procedure {
  /// Whether a peer with these grants may call it with at least some arguments. `agent.whoami` is everyone's who is
  /// paired (Protocol, Trust list).
  public func isOpen(to grants: Grants) -> Bool {
    switch descriptor.admission {
    case .everyPeer: true
    case .granted: grants.mayAllow(name.bytes)
    case .asNamedWithin: false
    }
  }

  /// Whether a peer with these grants may have this plan of the procedure's carried out.
  public func allows(_ plan: Plan, _ grants: Grants) -> Bool {
    switch descriptor.admission {
    case .everyPeer: return true
    case .granted:
      let name = name.bytes
      if grants.allows(name) { return true }
      let values = plan.boundValues
      return !values.isEmpty && values.allSatisfy { grants.allows(name, argument: $0) }
    case .asNamedWithin: return false
    }
  }
}

extension Plan {
  /// Understands a call's arguments, or says which of them is wrong. `agent.once` has no plan of its own.
  public init(_ procedure: Procedure, _ form: ArgumentForm) throws(Refusal) {
    switch procedure.descriptor.admission {
    case .asNamedWithin: throw .unknownProcedure
    case .everyPeer(let read), .granted(_, let read):
      do throws(ArgumentError) {
        self = try read(try Arguments(form, for: procedure.descriptor.parameters))
      } catch {
        throw .badArgument(error)
      }
    }
  }

  /// The plan of a call that is understood and allowed. Arguments are looked at only for a caller who may call the
  /// procedure at all.
  public static func admit(
    _ procedure: Procedure, _ form: ArgumentForm, grants: Grants
  ) throws(Refusal) -> Plan {
    guard procedure.isOpen(to: grants) else { throw .forbidden }
    let plan = try Plan(procedure, form)
    guard procedure.allows(plan, grants) else { throw .forbidden }
    return plan
  }

  /// The same through `beam_admin`: `{rpc, Module, Function, Arguments}`.
  public static func admit(
    module: [UInt8], function: [UInt8], arguments: Term, grants: Grants
  ) throws(Refusal) -> Plan {
    guard let procedure = Procedure(module: module, function: function) else { throw .unknownProcedure }
    return try admit(procedure, .list(arguments), grants: grants)
  }
}
