import Glibc
import PeerNet
import PeerNetClient
import PeerNetClientLinux

/// Shows every peer and what becomes of it: a table that is drawn anew on a terminal, else a line a change.
actor PeersWatch {
  private let node: PeerNode
  private let home: HomeFolder
  private let json: Bool
  private let isLive: Bool
  private var changes: [PublicKey: PeerView.Change] = [:]
  private var drawn = 0

  init(_ node: PeerNode, _ home: HomeFolder, json: Bool) {
    self.node = node
    self.home = home
    self.json = json
    isLive = Console.isRedrawable && !json
  }

  /// Runs the node until the time is up or somebody interrupts.
  func run(for limit: Duration?) async throws {
    let peers = await node.peers
    await node.solicit()
    let ending = Task {
      let end = limit.map { ContinuousClock.now + $0 }
      while !Interruption.isRequested, end.map({ .now < $0 }) ?? true {
        try await Task.sleep(for: .milliseconds(100))
      }
      await node.noteLastSeen(in: home)
      await node.stop()
    }
    defer { ending.cancel() }
    let ticking = isLive ? Task { try await tick() } : nil
    defer { ticking?.cancel() }
    let looking = Task { try await look() }
    defer { looking.cancel() }
    for await statuses in peers where !statuses.isEmpty || isLive { await show() }
  }

  /// Dials peers that are away as soon as a new command would. A node by itself dials more and more rarely, but here a
  /// person is watching.
  private func look() async throws {
    while true {
      try await Task.sleep(for: .seconds(5))
      await node.solicit()
      for view in await node.views {
        guard case .planned(let wait) = view.dial, wait > .seconds(2) else { continue }
        // This starts a dial and does not wait for it: the watch shows the outcome.
        try? await node.connect(to: view.entry.key, timeout: .zero)
      }
    }
  }

  /// Ages grow while nothing happens.
  private func tick() async throws {
    while true {
      try await Task.sleep(for: .seconds(1))
      await show()
    }
  }

  private func show() async {
    let views = await node.views
    // A node that has stopped knows nobody.
    guard await node.publicKey != nil else { return }
    if isLive { return draw(views) }
    for view in views where changes.updateValue(view.change, forKey: view.entry.key) != view.change {
      if json {
        Console.data(.object(view.entry.json + [("time", .integer(Int64(Self.now.seconds)))] + view.json))
      } else {
        Console.data("\(Self.time)  \(view.line)")
      }
    }
    let known = Set(views.map(\.entry.key))
    changes = changes.filter { known.contains($0.key) }
  }

  private func draw(_ views: [PeerView]) {
    var table = Table(PeerView.columns)
    let room = max((Console.rows ?? 24) - 3, 1)
    // Those that are well go first when there is no room for all.
    var left = max(views.count - room, 0)
    let hidden = left
    for view in views.reversed() {
      if left > 0, view.state == .connected { left -= 1 } else { table.rows.insert(view.row, at: 0) }
    }
    var lines = Array(table.lines.prefix(room + 1))
    if hidden > 0 { lines.append("and \(hidden) more; a higher terminal shows them") }
    if views.isEmpty { lines.append("no peers yet") }
    // Lines that are too long are cut, not wrapped: the next drawing counts them.
    var text = drawn > 0 ? "\u{1b}[\(drawn)A\u{1b}[J" : ""
    text += "\u{1b}[?7l" + lines.map { $0 + "\n" }.joined() + "\u{1b}[?7h"
    Console.write(text, to: STDOUT_FILENO)
    drawn = lines.count
  }

  // MARK: Time

  private static var now: (seconds: Int, milliseconds: Int) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return (time.tv_sec, time.tv_nsec / 1_000_000)
  }

  /// `2026-11-23T22:45:01Z`
  private static var time: String {
    var (seconds, parts) = (Self.now.seconds, tm())
    gmtime_r(&seconds, &parts)
    return CalendarTime.text(parts, separator: "T") + "Z"
  }
}
