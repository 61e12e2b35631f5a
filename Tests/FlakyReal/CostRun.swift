import PeerNet
import RealLinks
import VirtualNetwork

/// What an idle connection costs over a clear link: of every link an hour, from some minutes.
struct CostRun {
  private(set) var streamBytes = 0.0
  private(set) var segments = 0.0
  private(set) var datagramBytes = 0.0
  private(set) var broadcastBytes = 0.0
  /// Of the board's process, for whatever reason.
  private(set) var wakeUps = 0.0

  static let minutes = 3

  init(options: Options) async throws {
    let field = try await Field(options.links, seed: options.seed) { _ in .clear }
    // What connecting leaves behind is over by then.
    try await Task.sleep(for: .seconds(15))
    let before = try Self.read(field)
    try await Task.sleep(for: .seconds(60 * Self.minutes))
    let after = try Self.read(field)
    let hours = Double(Self.minutes * options.links) / 60
    for (start, end) in zip(before, after) {
      let traffic = end.traffic - start.traffic
      streamBytes += Double(traffic.streamBytes) / hours
      segments += Double(traffic.segments) / hours
      datagramBytes += Double(traffic.datagramBytes) / hours
      broadcastBytes += Double(traffic.broadcastBytes) / hours
      wakeUps += Double(end.wakeUps - start.wakeUps) / hours
    }
    try await field.close()
  }

  private static func read(_ field: Field) throws -> [(traffic: Traffic, wakeUps: Int)] {
    try field.boards.map { (field.lan.forwarder.traffic(of: $0.index), try $0.wakeUps()) }
  }
}
