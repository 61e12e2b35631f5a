/// Where the daemon keeps what must outlive it.
struct StatePaths: Equatable, Sendable {
  let folder: [UInt8]
  /// 71 bytes of identity (Protocol, Keys).
  let key: [UInt8]
  /// The trust list (Protocol, Trust list), and the last one that could be read.
  let trust: [UInt8]
  let lastGoodTrust: [UInt8]
  /// Where peers were proven, and what wire they speak (Protocol, Remembered peers).
  let peers: [UInt8]
  /// What was carried out once (Protocol, Once-only calls).
  var once: [UInt8] { folder + "/once".utf8 }
  /// The interfaces over which the confirmed system was reached.
  var reached: [UInt8] { folder + "/reached".utf8 }
  /// Settings of this one board's profile, beside those that it shares with others of its kind.
  let board: [UInt8]

  /// An explicit folder wins; else `/data/peernet` on boards whose writable partition is mounted at `/data`, else
  /// `/var/lib/peernet`.
  init(_ configuration: Configuration, hasDataPartition: Bool) {
    let standard = Array((hasDataPartition ? "/data/peernet" : "/var/lib/peernet").utf8)
    folder = configuration.state ?? standard
    key = configuration.key ?? folder + "/identity.keys".utf8
    trust = configuration.trust ?? folder + "/trust".utf8
    lastGoodTrust = trust + ".good".utf8
    peers = folder + "/peers".utf8
    board = folder + "/board.conf".utf8
  }
}
