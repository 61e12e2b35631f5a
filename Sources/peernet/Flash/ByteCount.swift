/// Sizes in the units that stand on the packages of cards, which are decimal.
enum ByteCount {
  static func text(_ bytes: Int) -> String {
    guard bytes >= 1_000 else { return "\(bytes) bytes" }
    var (scale, unit) = (1_000, "kB")
    for larger in ["MB", "GB", "TB"] where bytes / scale >= 1_000 { (scale, unit) = (scale * 1_000, larger) }
    let tenths = bytes / (scale / 10)
    return tenths >= 1_000 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}
