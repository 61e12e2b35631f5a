import Basics
import ETF
import PeerNet

extension Procedure {
  /// How far a peer with these grants may use it. `agent.whoami` is everyone's who is paired (Protocol, Trust list).
  public func permission(of grants: Grants) -> Permission {
    switch descriptor.admission {
    case .everyPeer: .full
    case .granted: grants.permission(for: name.bytes)
    case .asNamedWithin: .none
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
    _ procedure: Procedure, _ form: ArgumentForm, _ permission: Permission
  ) throws(Refusal) -> Plan {
    guard permission != .none else { throw .forbidden }
    let plan = try Plan(procedure, form)
    // Whoever may pass any arguments needs none of them looked at.
    guard permission == .full || permission.covers(plan.boundValues) else { throw .forbidden }
    return plan
  }

  /// The same through `beam_admin`: `{rpc, Module, Function, Arguments}`.
  public static func admit(
    module: [UInt8], function: [UInt8], arguments: Term, grants: Grants
  ) throws(Refusal) -> Plan {
    guard let procedure = Procedure(module: module, function: function) else { throw .unknownProcedure }
    return try admit(procedure, .list(arguments), procedure.permission(of: grants))
  }

  /// The values of the procedure's bound parameter, each of which a grant such as `gpio.write:pump` has to name. Empty:
  /// only a grant of the whole procedure will do.
  public var boundValues: [[UInt8]] {
    switch self {
    case .gpioRead(let labels): labels
    case .gpioWrite(let levels): levels.map { $0.label }
    case .whoAmI, .gpioList, .systemInfo, .power, .wifiRestart, .wifiScan, .wifiStatus: []
    }
  }
}
