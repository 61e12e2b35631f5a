import ArgumentParser

@main
struct PeerNetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "peernet")
}
