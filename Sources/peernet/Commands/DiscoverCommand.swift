import ArgumentParser
import Glibc
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

struct DiscoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discover", abstract: "List every node that announces itself or answers, trusted or not.",
    discussion: "Anyone can announce any key: only a connection proves one. On a terminal it goes on until ^C.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var network: NetworkOptions

  @Option(
    name: [.customLong("for"), .customLong("timeout")],
    help: ArgumentHelp("For how long; 3 off a terminal.", valueName: "seconds"))
  var span: Seconds?

  func run() async throws {
    let folder = try home.folder()
    let node = try await PeerNode.started(CommandStore(home: folder), network, connectsAutomatically: false)
    let trusted = await node.statuses.map { ($0.entry.key, $0.entry.label) }
    let isLive = Console.isOutputTerminal && !home.json
    if isLive { signal(SIGINT) { _ in _exit(0) } }
    let events = await node.events
    await node.solicit()
    let limit = span?.duration ?? (isLive ? nil : .seconds(3))
    let ending = Task {
      guard let limit else { return }
      try await Task.sleep(for: limit)
      await node.stop()
    }
    defer { ending.cancel() }
    var seen = Sightings(labels: Dictionary(uniqueKeysWithValues: trusted))
    let ticking = isLive ? Task { try await tick(node) } : nil
    defer { ticking?.cancel() }
    // On a terminal the command goes on, and boards announce themselves every five seconds: silence means something
    // only after that.
    let patience = isLive ? min(limit ?? .seconds(6), .seconds(6)) : limit ?? .seconds(3)
    let advice = Silence(try network.network()).advice
    let silence = Task {
      try await Task.sleep(for: patience)
      Console.say("\(Silence.text); \(advice); or go on with its address: peernet ping PEER --at ADDRESS")
    }
    var drawn = 0
    var lastDrawn = ContinuousClock.now
    for await event in events {
      switch event {
      case .sighted(let sighting):
        silence.cancel()
        guard let new = seen.add(sighting) else { continue }
        if home.json { Console.data(seen.json(new)) }
        // In a flood of announces a long table would be redrawn more often than a terminal can keep up with.
        guard isLive, seen.count <= 32 || .now - lastDrawn >= .milliseconds(200) else { continue }
        lastDrawn = .now
        redraw(seen, drawn: &drawn)
      case .opened, .closed, .connected, .disconnected, .suspected, .relieved, .dialFailed, .rejected, .request,
        .message, .refused,
        .callFinished, .pong, .memoryChanged:
        break
      }
    }
    if !home.json && !isLive { for line in seen.table().lines { Console.data(line) } }
    if seen.isEmpty { try await silence.value }
  }

  /// Asks again now and then, so that ages stay young.
  private func tick(_ node: PeerNode) async throws {
    while true {
      try await Task.sleep(for: .seconds(2))
      await node.solicit()
    }
  }

  private func redraw(_ seen: Sightings, drawn: inout Int) {
    var text = drawn > 0 ? "\u{1b}[\(drawn)A\u{1b}[J" : ""
    let lines = seen.table().lines
    for line in lines { text += line + "\n" }
    Console.write(text, to: STDOUT_FILENO)
    drawn = lines.count
  }
}
