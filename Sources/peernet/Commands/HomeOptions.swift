import ArgumentParser
import PeerNetClientLinux

/// What every command takes.
struct HomeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where identity, trust list and peers are kept.", valueName: "dir"), completion: .directory)
  var home: String?

  @Flag(help: "Print JSON, an object a line.")
  var json = false

  func folder() throws(CommandError) -> HomeFolder {
    do { return try HomeFolder.locate(home) } catch { throw CommandError(error) }
  }
}

/// Runs `body` with what the home folder throws turned into what a person is told.
func reading<Result: ~Copyable>(_ body: () throws(HomeFolderError) -> Result) throws(CommandError) -> Result {
  do { return try body() } catch { throw CommandError(error) }
}
