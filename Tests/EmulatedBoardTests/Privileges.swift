import Foundation
import Testing

/// Network namespaces and tap devices are root's.
enum Privileges {
  static let areRoot = geteuid() == 0
}

@Test func theEmulatedBoardIsTestedAsRoot() {
  #expect(
    Privileges.areRoot, "the emulated board needs network namespaces: run its tests as root, sudo make board-test")
}
