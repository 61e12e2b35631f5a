import Admin
import CLinux
import Linux
import PeerNet
import Sodium

@main
struct PeernetdCommand {
  static let version: StaticString = "0.1.0"

  static func main() {
    clinux_exit(run().rawValue)
  }

  private static func run() -> ExitStatus {
    do throws(CommandError) {
      let invocation: Invocation
      do throws(UsageError) {
        invocation = try Invocation(processArguments().dropFirst())
      } catch {
        throw .usage(error)
      }
      return try run(invocation)
    } catch {
      for line in error.lines { StandardStream.error.write("peernetd: ".utf8 + line + "\n".utf8) }
      return error.exitStatus
    }
  }

  private static func run(_ invocation: Invocation) throws(CommandError) -> ExitStatus {
    switch invocation.command {
    case .help:
      StandardStream.output.write(Invocation.usage.bytes)
    case .version:
      StandardStream.output.write("peernetd ".utf8 + version.bytes + "\n".utf8)
    case .checkConfiguration:
      try checkConfiguration(invocation)
    case .id:
      StandardStream.output.write(try commands(invocation).id())
    case .pair(let request):
      StandardStream.output.write(try commands(invocation).pair(request))
    case .unpair(let peer):
      StandardStream.output.write(try commands(invocation).unpair(peer))
    case .peers:
      StandardStream.output.write(try commands(invocation).peers())
    case .importPeers(let request):
      StandardStream.output.write(try commands(invocation).importPeers(request))
    case .slot(let request):
      let configuration = try ConfigurationFile.load(invocation.configurationFile).configuration
      let commands = SlotCommands(settings: configuration.image, runtime: configuration.runtime)
      StandardStream.output.write(try commands.run(request))
    case .run:
      clinux_keep_heap_small()
      return try Agent.run(invocation.configurationFile)
    }
    return .ok
  }

  /// Unknown keys are errors here: this is who asks whether the file is right.
  private static func checkConfiguration(_ invocation: Invocation) throws(CommandError) {
    let loaded = try ConfigurationFile.load(invocation.configurationFile)
    let warnings = try loaded.warnings + ConfigurationFile.loadProfile(loaded.configuration).warnings
    guard warnings.isEmpty else { throw .configuration(warnings) }
    StandardStream.output.write(loaded.path + ": good\n".utf8)
  }

  private static func commands(_ invocation: Invocation) throws(CommandError) -> PairingCommands {
    let configuration = try ConfigurationFile.load(invocation.configurationFile).configuration
    return PairingCommands(
      paths: StatePaths(configuration, hasDataPartition: StateFolder.hasDataPartition),
      disk: configuration.image.disk)
  }
}
