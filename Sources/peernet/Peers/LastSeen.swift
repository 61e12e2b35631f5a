import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

/// When a peer was last connected. Each command is a process of its own, so the home folder keeps it from one to the next.
struct LastSeen {
  /// Seconds since 1970; nil where no command has noted it yet.
  let time: UInt64?
  let address: Endpoint?

  /// Seconds by which the time that is kept may be too early: a file is not written for less.
  static let precision: UInt64 = 10

  init(_ peer: PeerMemory.Peer) { (time, address) = (peer.seen, peer.addresses.first) }

  /// `last seen 2 h 3 min ago at 192.0.2.7:4040`; nil for a peer that no command has connected to.
  func text(now: UInt64 = CalendarTime.now) -> String? {
    guard let time else { return nil }
    return "last seen \(Self.age(of: time, now: now)) ago" + (address.map { " at \($0)" } ?? "")
  }

  /// How long ago a time is; never negative, although the clock may have been set back.
  static func age(of time: UInt64, now: UInt64 = CalendarTime.now) -> String {
    Report.duration(Int64(now - min(time, now)))
  }
}

extension PeerNode {
  /// Has the home folder note when peers were last connected. To be called before the node stops, which then knows no
  /// peers any more.
  nonisolated func noteLastSeen(in home: HomeFolder) async {
    let seen = await newlySeen
    do throws(HomeFolderError) { try home.noteSeen(seen, precision: LastSeen.precision) } catch {
      Console.say("peernet: \(CommandError(error).line)")
    }
  }

  /// What the home folder does not know already, as far as this node has read it: a command right behind another one need
  /// not open a file to leave it as it is.
  private var newlySeen: [PublicKey: UInt64] {
    var seen: [PublicKey: UInt64] = [:]
    for view in views {
      guard let time = view.lastSeen else { continue }
      if let known = lastSeen(of: view.entry.key), time <= known + LastSeen.precision { continue }
      seen[view.entry.key] = time
    }
    return seen
  }
}
