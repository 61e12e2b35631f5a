import ArgumentParser
import PeerNet
import PeerNetClientLinux
import Provisioning
import Sodium

struct IDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "id", abstract: "Show this computer's key, which others need to pair with it.")

  @OptionGroup var home: HomeOptions

  @Flag(help: "Show the key as a QR code, too.")
  var qr = false

  func run() throws {
    let folder = try home.folder()
    let key = try reading { () throws(HomeFolderError) in try folder.identity().publicKey }
    if home.json {
      return Console.data(
        .object([("key", .string(key.description)), ("fingerprint", .string(key.fingerprintText))]))
    }
    Console.data("key          \(key)")
    Console.data("fingerprint  \(key.fingerprintText)")
    if qr { for line in QRCode(key.text).halfBlocks { Console.data(line) } }
  }
}
