import Admin
import Testing

@Suite struct ExitStatusTests {
  private static let all = Admin.ExitStatus.allCases

  @Test func aNumberAndAWordStandForOneStatus() {
    #expect(Set(Self.all.map { "\($0.code)" }).count == Self.all.count)
    #expect(Self.all.map(\.rawValue) == Self.all.map(\.rawValue).sorted(), "the manual pages list them in this order")
    // A shell ends with numbers above 125 itself.
    for status in Self.all { #expect((0...125).contains(status.rawValue)) }
  }

  @Test(arguments: Admin.ExitStatus.allCases) func itReadsAsALineOfADocument(_ status: Admin.ExitStatus) {
    let sentence = "\(status.sentence)"
    #expect((4...120).contains(sentence.count) && sentence.last != "." && sentence.first?.isLowercase == true)
    #expect("\(status.code)".allSatisfy { $0.isLowercase || $0 == "_" })
  }
}
