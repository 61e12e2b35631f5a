import ArgumentParser
import Foundation
import PeerNetClientLinux

/// A chat between people who have given each other their keys.
@main struct Chat: AsyncParsableCommand {
  @Option(help: "The folder with the key and the friends.") var home = "chat"
  @Flag(help: "Stay on this computer.") var local = false

  func run() async throws {
    var configuration = PeerNode.Configuration(store: HomeFolder(path: home))
    configuration.network = local ? Network(listen: .loopback(), interfaces: ["lo"]) : Network(listen: .any())
    let node = try PeerNode(configuration)
    await node.expose("chat") { (message: Message, request) in
      print("\(request.peerName): \(readable(message.text))")
    }
    try await node.run { node in
      print("Your key is \(await node.publicKey!)")
      print("Type /pair KEY NAME to add a friend, /who, or what you have to say. Ctrl-D ends.")
      let watching = Task { await tellWhoComesAndGoes(node) }
      defer { watching.cancel() }
      for await line in typed() {
        do { try await obey(line, node) } catch { print("! \(error)") }
      }
    }
  }

  private func obey(_ line: String, _ node: PeerNode) async throws {
    let words = line.split(separator: " ").map(String.init)
    switch words.first {
    case nil: break
    case "/pair":
      guard words.count == 3, let key = PublicKey(words[1]) else { return print("! /pair KEY NAME") }
      try await node.pair(key, label: words[2], allow: Grants("chat"))
      print("* \(words[2]) may write to you, and must add you as well")
    case "/who":
      for peer in await node.statuses { print("* \(peer.entry.name) is \(peer.isConnected ? "here" : "away")") }
    default:
      for peer in await node.statuses where peer.isConnected {
        try await node.device(peer.entry.key).send("chat", Message(text: line))
      }
    }
  }

  private func tellWhoComesAndGoes(_ node: PeerNode) async {
    var here: Set<String> = []
    for await peers in await node.peers {
      let now = Set(peers.filter { $0.isConnected }.map { $0.entry.name })
      for name in now.subtracting(here).sorted() { print("* \(name) is here") }
      for name in here.subtracting(now).sorted() { print("* \(name) has left") }
      here = now
    }
  }
}

/// What travels: `%{"text" => "hi"}` to a friend who uses Elixir.
struct Message: Codable, TermConvertible {
  var text: String
}

/// The lines of the terminal. Reading one blocks, so a thread of its own does it.
func typed() -> AsyncStream<String> {
  AsyncStream { lines in
    Thread.detachNewThread {
      while let line = readLine() { lines.yield(line) }
      lines.finish()
    }
  }
}

/// A friend's text without what a terminal would obey.
func readable(_ text: String) -> String {
  String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
}
