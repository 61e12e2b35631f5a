import Foundation
import Testing

/// Network namespaces and tap devices are root's.
enum Privileges {
  static let areRoot = geteuid() == 0
}

@Test func realLinksAreTestedAsRoot() {
  #expect(Privileges.areRoot, "links over the kernel need network namespaces: run their tests as root")
}
