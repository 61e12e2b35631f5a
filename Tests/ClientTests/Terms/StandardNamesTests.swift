import PeerNetClient
import Testing

/// What an application may write that imports nothing else: no name of the core's hides one of the standard library's.
@Suite struct StandardNamesTests {
  private struct Temperature: Codable, TermConvertible, Equatable {
    var celsius: Double

    init(celsius: Double) { self.celsius = celsius }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      celsius = try container.decode(Double.self)
      guard celsius > -273.15 else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "colder than cold")
      }
    }

    func encode(to encoder: any Encoder) throws { try celsius.encode(to: encoder) }
  }

  @Test func codingByHand() throws {
    #expect(try Temperature(celsius: 20).term == .float(20))
    #expect(try Temperature(term: .integer(20)) == Temperature(celsius: 20))
    let error = #expect(throws: TermConversionError.self) { try [Temperature](term: [1, -300]) }
    #expect(error?.description == "at [1]: expected Temperature, got another value")
  }

  @Test func durations() {
    let patience: Duration = .seconds(5)
    #expect(patience == Duration.milliseconds(5_000))
  }
}
