import PeerNet
import Sodium

/// The links of all peers, shown one after the other: what is known is not held back by what is not.
struct LinkList {
  private let json: Bool
  private var table: Table
  private(set) var shown: Set<PublicKey> = []

  /// Of peers as they are at first: whatever becomes of them, the columns keep their width.
  init(_ views: [PeerView], json: Bool) {
    self.json = json
    table = Table(PeerView.columns)
    // As much as the columns mostly need, one after the other.
    let usual = ["", "connected", "59 min 59 s", "1000.0 ms", "100 %", "under way", "was 255.255.255.255:65535", ""]
    table.rows = [usual] + views.map(\.row)
  }

  mutating func show(_ view: PeerView) {
    guard shown.insert(view.entry.key).inserted else { return }
    if json { return Console.data(.object(view.entry.json + view.json)) }
    if shown.count == 1 { Console.data(Console.bold(table.line(table.header))) }
    Console.data(table.line(view.row))
  }
}
