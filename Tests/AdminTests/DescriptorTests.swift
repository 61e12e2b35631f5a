import Admin
import ETF
import PeerNet
import Testing

/// What a descriptor says, against what its procedure does.
@Suite struct DescriptorTests {
  @Test func aGrantMayNameTheValuesOfTheBoundParameterAndOfNoOther() throws {
    let arguments: [(Procedure, Term)] = [
      (.gpioRead, map((binary("lines"), binary("door")))),
      (.gpioWrite, map((binary("line"), binary("door")), (binary("value"), 1))),
    ]
    for (procedure, term) in arguments {
      let bound = try #require(procedure.descriptor.boundParameter)
      #expect(procedure.descriptor.parameters.contains(bound))
      #expect(try Plan(procedure, .handle(term)).boundValues == [bytes("door")])
    }
    let others = Procedure.allCases.filter { $0.descriptor.boundParameter == nil && !$0.descriptor.runsAnother }
    #expect(others.count == Procedure.allCases.count - arguments.count - 1, "a procedure is missing above")
    for procedure in others { #expect(try Plan(procedure, .handle(map())).boundValues.isEmpty) }
  }

  @Test func whatRunsAnotherHasNoPlanAndCannotBeGranted() {
    let carriers = Procedure.allCases.filter(\.descriptor.runsAnother)
    #expect(carriers == [.agentOnce])
    for procedure in carriers {
      #expect(procedure.permission(of: .everything) == .none)
      #expect(throws: Refusal.unknownProcedure) { try Plan(procedure, .handle(map())) }
      #expect(UnknownGrant(in: [UInt8](procedure.name)) != nil)
    }
  }

  @Test(arguments: Procedure.allCases.map(\.descriptor)) func itReadsAsALineOfADocument(
    _ procedure: ProcedureDescriptor
  ) {
    let summary = "\(procedure.summary)"
    #expect((10...120).contains(summary.count) && summary.last != "." && summary.first?.isLowercase == true)
    let names = procedure.parameters.map { "\($0.name)" }
    #expect(Set(names).count == names.count)
    for parameter in procedure.parameters { #expect(!parameter.expectation.isEmpty) }
  }

  @Test func bothEndsOfATimeAreTaken() throws {
    for procedure in Procedure.allCases {
      for parameter in procedure.descriptor.parameters {
        guard case .seconds(let bounds, let otherwise) = parameter.kind else { continue }
        #expect(bounds.contains(otherwise))
        func plan(_ seconds: Int64) throws -> Plan {
          try Plan(procedure, .handle(map((binary("\(parameter.name)"), .integer(seconds)))))
        }
        #expect(try plan(bounds.lowerBound) != plan(bounds.upperBound))
        #expect(try plan(otherwise) == Plan(procedure, .handle(map())))
        for wrong in [bounds.lowerBound - 1, bounds.upperBound + 1] {
          #expect(throws: Refusal.badArgument(.unfit(parameter))) { try plan(wrong) }
        }
      }
    }
  }
}
