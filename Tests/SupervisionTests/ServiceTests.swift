import Supervision
import Testing

@Test func aServiceHasAName() { #expect(Service.self == Service.self) }
