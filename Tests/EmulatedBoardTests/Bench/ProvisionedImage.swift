import Foundation
import Programs
import TestKit
import Testing

/// The built image with what a board of its own was given: made once for all tests, by the commands that an operator uses.
struct ProvisionedImage {
  let path: String
  /// The operator's computer, whose key the image trusts with everything.
  let laptop: Laptop
  /// Another computer whose key it trusts.
  let colleague: Laptop

  static let shared = Task { try await make() }

  private static func make() async throws -> ProvisionedImage {
    let folder = try Board.temporaryFolder()
    let image = Repository.built("peernet-qemu-virt.img")
    guard FileManager.default.fileExists(atPath: image) else {
      throw Command.Failed(description: "no image: run Scripts/image qemu-virt first, or make board-test")
    }
    let (laptop, colleague) = (Laptop(folder: folder + "/laptop"), Laptop(folder: folder + "/colleague"))
    try await laptop.make("pair", try await colleague.key(), "colleague")
    try "correct horse battery\n".write(toFile: folder + "/wifi-password", atomically: true, encoding: .utf8)
    let path = folder + "/\(Board.label).img"
    try await laptop.make(
      "provision", image, "--out", path, "--hostname", Board.label, "--trust", "laptop", "--trust", "colleague",
      "--allow", "*", "--wifi", "greenhouse", "--wifi-password-file", folder + "/wifi-password", "--country", "DE")
    return ProvisionedImage(path: path, laptop: laptop, colleague: colleague)
  }
}
