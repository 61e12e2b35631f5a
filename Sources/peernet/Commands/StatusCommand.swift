import Admin
import ArgumentParser
import ETF
import PeerNet
import PeerNetClient

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the link to a peer, what it lets this computer do, and what it is.",
    discussion: "Without a peer it connects to all of them and shows the links, each as soon as it is up.")

  @OptionGroup var home: HomeOptions
  @Argument(
    help: ArgumentHelp(
      "A label, or the first of a fingerprint (4) or key (6); all if none is given.", valueName: "peer"),
    completion: PeerArgument.completion)
  var peer: String?
  @OptionGroup var options: PeerOptions

  func validate() throws {
    if peer == nil, options.at != nil { throw ValidationError("--at goes with a peer") }
  }

  func run() async throws {
    guard let peer else { return try await showAll() }
    try await Link.use(home, options, peer) { link in
      let whoAmI = try await link.call(Procedure.agentWhoAmI.handle, as: .map)
      var info: Term?
      do { info = try await link.call(Procedure.systemInfo.handle, as: .map) } catch let failure as CommandError
        where failure.status == .forbidden
      {
        Console.say("system.info is not allowed; the rest follows")
      }
      let view = await link.view
      if home.json {
        return Console.data(
          .object(
            link.peer.json + (view?.json ?? []) + [
              ("whoami", JSON(whoAmI)), ("info", info.map { JSON($0) } ?? .null),
            ]))
      }
      var link = [
        MapPair(.binary(utf8: "peer"), .binary(link.peer.label)),
        MapPair(.binary(utf8: "fingerprint"), .binary(link.peer.key.fingerprint)),
      ]
      for (name, value) in view?.facts ?? [] { link.append(MapPair(.binary(utf8: name), .binary(utf8: value))) }
      link.append(MapPair(.binary(utf8: "me"), whoAmI))
      Report(
        .map(link + (info?.pairs ?? []).filter { $0.key.binaryBytes.map { !$0.elementsEqual("wire".utf8) } ?? true })
      )
      .print()
    }
  }
}

extension StatusCommand {
  /// Shows the links to all peers, each as soon as it is up. The other peers follow when the time is up, or when
  /// waiting for them promises nothing.
  private func showAll() async throws {
    let folder = try home.folder()
    let node = try await PeerNode.started(CommandStore(home: folder), options.network, connectsAutomatically: true)
    await node.solicit()
    let start = ContinuousClock.now
    let end = start + ((options.wait ?? options.timeout)?.duration ?? Link.defaultTimeout)
    var rest = await node.views
    var list = LinkList(rest, json: home.json)
    while true {
      for view in rest where view.state == .connected { list.show(view) }
      rest.removeAll { $0.state == .connected }
      let isSettled = rest.allSatisfy { $0.isGivenUp } && (rest.isEmpty || .now >= start + Self.answerTime)
      if isSettled || .now >= end { break }
      try await Task.sleep(for: .milliseconds(20))
      let shown = list.shown
      rest = await node.views.filter { !shown.contains($0.entry.key) }
    }
    for view in rest { list.show(view) }
    await node.noteLastSeen(in: folder)
    await node.stop()
    if list.shown.isEmpty { Console.say("no peers yet; see who is there: \(Hint.command("discover"))") }
  }

  /// How long a peer whose address is unknown or has changed may take to answer the question where it is.
  private static let answerTime = Duration.seconds(3)
}

struct InfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "info", abstract: "Show what a board tells of itself.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var peer: PeerArgument
  @OptionGroup var options: PeerOptions

  func run() async throws {
    let answer = try await Link.use(home, options, peer.name) {
      try await $0.call(Procedure.systemInfo.handle, as: .map)
    }
    PrintedAnswer(answer, home).print()
  }
}
