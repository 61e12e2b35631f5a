import PeerNet
import Sodium

/// Prints the links of all peers one by one, each as soon as its state is known.
struct LinkList {
  private let json: Bool
  private var table: Table
  private(set) var shown: Set<PublicKey> = []

  /// Takes the peers as they are at first, to fix the width of the columns before the first row is printed.
  init(_ views: [PeerView], json: Bool) {
    self.json = json
    table = Table(PeerView.columns)
    // The widest value that each column usually has.
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
