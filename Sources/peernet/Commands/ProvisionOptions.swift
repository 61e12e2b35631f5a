import ArgumentParser
import Provisioning

/// What a board is given; in a batch, what those are given whose row does not say.
struct ProvisionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The board's name, also its label here.", valueName: "name"))
  var hostname: String?

  @Option(
    help: ArgumentHelp(
      "Whom the board trusts: laptop (this computer), a label or a key; and what it may call there. May be repeated.",
      valueName: "who[:name,name]"))
  var trust: [String] = []

  @Option(
    help: ArgumentHelp(
      "What they may call of whom --trust does not say it; * for this computer if not given.", valueName: "name,name"))
  var allow: String?

  @Option(help: ArgumentHelp("The wireless network to join.", valueName: "ssid"))
  var wifi: String?

  @Option(
    help: ArgumentHelp("Where its password stands; - is standard input. Asked for if not given.", valueName: "file"),
    completion: .file())
  var wifiPasswordFile: String?

  @Flag(help: "The network asks for no password.")
  var wifiOpen = false

  @Option(help: ArgumentHelp("Whose radio rules hold there, as in DE.", valueName: "country"))
  var country: String?

  @Option(help: ArgumentHelp("More settings of this board's profile.", valueName: "file"), completion: .file())
  var profile: String?

  func validate() throws {
    if wifiOpen && wifiPasswordFile != nil {
      throw ValidationError("--wifi-open and --wifi-password-file exclude each other")
    }
  }

  var request: BoardRequest {
    BoardRequest(
      hostname: hostname, wifi: wifi, passwordFile: wifiPasswordFile, isOpen: wifiOpen, country: country, trust: trust,
      allow: allow, profile: profile)
  }
}
